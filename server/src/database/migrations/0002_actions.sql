CREATE SEQUENCE "public"."action_step_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "actions" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"name" text,
	"description" text DEFAULT '' NOT NULL,
	"tags" json DEFAULT '[]'::json NOT NULL,
	"steps" json DEFAULT '[]'::json NOT NULL,
	"post_to_slack" boolean DEFAULT false NOT NULL,
	"slack_message_format" text DEFAULT '' NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"last_calculated_at" timestamptz(6) DEFAULT now() NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "actions_live_name" ON "actions" USING btree ("project_id","name") WHERE not "actions"."deleted";