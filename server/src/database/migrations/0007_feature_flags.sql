CREATE TABLE "feature_flags" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"key" text NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"filters" json DEFAULT '{}'::json NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"ensure_experience_continuity" boolean DEFAULT false NOT NULL,
	"bucketing_identifier" text,
	"evaluation_runtime" text DEFAULT 'all' NOT NULL,
	"evaluation_contexts" json DEFAULT '[]'::json NOT NULL,
	"is_remote_configuration" boolean DEFAULT false NOT NULL,
	"rollback_conditions" json,
	"performed_rollback" boolean,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL,
	"last_modified_by" integer
);
--> statement-breakpoint
ALTER TABLE "feature_flags" ADD CONSTRAINT "feature_flags_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "feature_flags" ADD CONSTRAINT "feature_flags_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "feature_flags" ADD CONSTRAINT "feature_flags_last_modified_by_users_id_fk" FOREIGN KEY ("last_modified_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "feature_flags_live_key" ON "feature_flags" USING btree ("project_id","key") WHERE not "feature_flags"."deleted";--> statement-breakpoint
CREATE INDEX "feature_flags_newest" ON "feature_flags" USING btree ("project_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);