CREATE TABLE "annotations" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"content" text,
	"date_marker" timestamptz(6),
	"creation_type" text DEFAULT 'USR' NOT NULL,
	"scope" text DEFAULT 'dashboard_item' NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
ALTER TABLE "annotations" ADD CONSTRAINT "annotations_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotations" ADD CONSTRAINT "annotations_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "annotations_newest" ON "annotations" USING btree ("project_id","date_marker" DESC NULLS LAST,"id" DESC NULLS LAST);