CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" integer NOT NULL,
	"kind" text NOT NULL,
	"owner_id" text NOT NULL,
	"key" text NOT NULL,
	"payload" json,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamptz(6) DEFAULT now() NOT NULL,
	"claimed_until" timestamptz(6),
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"ended_at" timestamptz(6),
	"failure" text
);
--> statement-breakpoint
CREATE TABLE "hooks" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" integer NOT NULL,
	"created_by" integer,
	"event" text NOT NULL,
	"target" text NOT NULL,
	"action_id" integer,
	"secret" text NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL,
	"since" timestamptz(6) NOT NULL,
	"searched_until" timestamptz(6) NOT NULL,
	"gone_times" integer DEFAULT 0 NOT NULL,
	"disabled_at" timestamptz(6),
	"last_failure" text
);
--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hooks" ADD CONSTRAINT "hooks_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hooks" ADD CONSTRAINT "hooks_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_key" ON "deliveries" USING btree ("kind","owner_id","key");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("kind","due_at") WHERE "deliveries"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "deliveries_ended" ON "deliveries" USING btree ("ended_at");--> statement-breakpoint
CREATE INDEX "hooks_project" ON "hooks" USING btree ("project_id");