CREATE TABLE "cohorts" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"name" text,
	"description" text DEFAULT '' NOT NULL,
	"groups" json DEFAULT '[]'::json NOT NULL,
	"filters" json,
	"is_static" boolean DEFAULT false NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"version" integer,
	"last_version" integer DEFAULT 0 NOT NULL,
	"count" bigint,
	"is_calculating" boolean DEFAULT false NOT NULL,
	"requests" integer DEFAULT 0 NOT NULL,
	"requested_at" timestamptz(6),
	"last_calculation" timestamptz(6),
	"errors_calculating" integer DEFAULT 0 NOT NULL,
	"last_error" text
);
--> statement-breakpoint
ALTER TABLE "cohorts" ADD CONSTRAINT "cohorts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cohorts" ADD CONSTRAINT "cohorts_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "cohorts_newest" ON "cohorts" USING btree ("project_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);