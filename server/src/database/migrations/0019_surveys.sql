CREATE TABLE "surveys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"type" text NOT NULL,
	"schedule" text DEFAULT 'once',
	"linked_flag_id" integer,
	"targeting_flag_id" integer,
	"internal_targeting_flag_id" integer,
	"questions" json,
	"conditions" json,
	"appearance" json,
	"action_ids" json DEFAULT '[]'::json NOT NULL,
	"start_date" timestamptz(6),
	"end_date" timestamptz(6),
	"archived" boolean DEFAULT false NOT NULL,
	"responses_limit" integer,
	"iteration_count" integer,
	"iteration_frequency_days" integer,
	"current_iteration" integer,
	"current_iteration_start_date" timestamptz(6),
	"enable_partial_responses" boolean DEFAULT false,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "surveys" ADD CONSTRAINT "surveys_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "surveys" ADD CONSTRAINT "surveys_linked_flag_id_feature_flags_id_fk" FOREIGN KEY ("linked_flag_id") REFERENCES "public"."feature_flags"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "surveys" ADD CONSTRAINT "surveys_targeting_flag_id_feature_flags_id_fk" FOREIGN KEY ("targeting_flag_id") REFERENCES "public"."feature_flags"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "surveys" ADD CONSTRAINT "surveys_internal_targeting_flag_id_feature_flags_id_fk" FOREIGN KEY ("internal_targeting_flag_id") REFERENCES "public"."feature_flags"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "surveys" ADD CONSTRAINT "surveys_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "surveys_name" ON "surveys" USING btree ("project_id","name");--> statement-breakpoint
CREATE INDEX "surveys_newest" ON "surveys" USING btree ("project_id","created_at" DESC NULLS LAST,"id");