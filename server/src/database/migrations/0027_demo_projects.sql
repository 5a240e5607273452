CREATE TABLE "demo_projects" (
	"id" serial PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"project_id" integer,
	"name" text NOT NULL,
	"created_by" integer NOT NULL,
	"people" integer NOT NULL,
	"seed" integer NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"parts" integer DEFAULT 0 NOT NULL,
	"events" integer DEFAULT 0 NOT NULL,
	"failure" text,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"finished_at" timestamptz(6),
	"alive_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "demo_projects" ADD CONSTRAINT "demo_projects_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "demo_projects" ADD CONSTRAINT "demo_projects_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "demo_projects" ADD CONSTRAINT "demo_projects_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "demo_projects_organization" ON "demo_projects" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "demo_projects_unfinished" ON "demo_projects" USING btree ("organization_id") WHERE "demo_projects"."finished_at" is null;--> statement-breakpoint
CREATE INDEX "demo_projects_project" ON "demo_projects" USING btree ("project_id");