CREATE TABLE "experiments" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"feature_flag_id" integer NOT NULL,
	"owns_flag" boolean NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"parameters" json,
	"filters" json NOT NULL,
	"secondary_metrics" json,
	"start_date" timestamptz(6),
	"end_date" timestamptz(6),
	"archived" boolean DEFAULT false NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_feature_flag_id_feature_flags_id_fk" FOREIGN KEY ("feature_flag_id") REFERENCES "public"."feature_flags"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "experiments_live_flag" ON "experiments" USING btree ("feature_flag_id") WHERE not "experiments"."deleted";--> statement-breakpoint
CREATE INDEX "experiments_project" ON "experiments" USING btree ("project_id","id");