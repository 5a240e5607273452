CREATE TABLE "experiment_holdouts" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"filters" json NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "experiments" ADD COLUMN "holdout_id" integer;--> statement-breakpoint
ALTER TABLE "experiment_holdouts" ADD CONSTRAINT "experiment_holdouts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment_holdouts" ADD CONSTRAINT "experiment_holdouts_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "experiment_holdouts_newest" ON "experiment_holdouts" USING btree ("project_id","created_at" DESC NULLS LAST,"id");--> statement-breakpoint
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_holdout_id_experiment_holdouts_id_fk" FOREIGN KEY ("holdout_id") REFERENCES "public"."experiment_holdouts"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "experiments_of_holdout" ON "experiments" USING btree ("holdout_id");