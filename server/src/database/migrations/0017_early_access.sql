CREATE TABLE "early_access_features" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" integer NOT NULL,
	"feature_flag_id" integer NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"stage" text NOT NULL,
	"documentation_url" text DEFAULT '' NOT NULL,
	"payload" json DEFAULT '{}'::json NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer
);
--> statement-breakpoint
ALTER TABLE "early_access_features" ADD CONSTRAINT "early_access_features_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "early_access_features" ADD CONSTRAINT "early_access_features_feature_flag_id_feature_flags_id_fk" FOREIGN KEY ("feature_flag_id") REFERENCES "public"."feature_flags"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "early_access_features" ADD CONSTRAINT "early_access_features_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "early_access_features_flag" ON "early_access_features" USING btree ("feature_flag_id");--> statement-breakpoint
CREATE INDEX "early_access_features_newest" ON "early_access_features" USING btree ("project_id","created_at" DESC NULLS LAST,"id");