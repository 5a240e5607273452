CREATE TABLE "activity_bookmarks" (
	"user_id" integer PRIMARY KEY NOT NULL,
	"read_until" timestamptz(6) NOT NULL
);
--> statement-breakpoint
CREATE TABLE "activity_log" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"project_id" integer,
	"user_id" integer,
	"is_system" boolean DEFAULT false NOT NULL,
	"scope" text NOT NULL,
	"item_id" text,
	"item_created_by" integer,
	"activity" text NOT NULL,
	"detail" json NOT NULL,
	"created_at" timestamptz(6) DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"project_id" integer NOT NULL,
	"kind" text NOT NULL,
	"item_id" text NOT NULL,
	"tag" text NOT NULL,
	CONSTRAINT "tags_project_id_kind_item_id_tag_pk" PRIMARY KEY("project_id","kind","item_id","tag")
);
--> statement-breakpoint
ALTER TABLE "activity_bookmarks" ADD CONSTRAINT "activity_bookmarks_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_log" ADD CONSTRAINT "activity_log_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_log" ADD CONSTRAINT "activity_log_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_log" ADD CONSTRAINT "activity_log_item_created_by_users_id_fk" FOREIGN KEY ("item_created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tags" ADD CONSTRAINT "tags_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "activity_log_newest" ON "activity_log" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "activity_log_item" ON "activity_log" USING btree ("project_id","scope","item_id","created_at");--> statement-breakpoint
CREATE INDEX "activity_log_organization" ON "activity_log" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "activity_log_made_by" ON "activity_log" USING btree ("item_created_by","created_at");--> statement-breakpoint
CREATE INDEX "activity_log_user" ON "activity_log" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "tags_names" ON "tags" USING btree ("project_id","tag");