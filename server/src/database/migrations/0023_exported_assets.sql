CREATE TABLE "blob_parts" (
	"writing" uuid NOT NULL,
	"part" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	"written_at" timestamptz(6) DEFAULT now() NOT NULL,
	CONSTRAINT "blob_parts_writing_part_pk" PRIMARY KEY("writing","part")
);
--> statement-breakpoint
CREATE TABLE "blobs" (
	"key" text PRIMARY KEY NOT NULL,
	"writing" uuid NOT NULL,
	"size" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "exported_assets" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"created_by" integer NOT NULL,
	"key_id" text,
	"insight_id" integer,
	"format" text NOT NULL,
	"context" json,
	"filename" text NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"expires_at" timestamptz(6) NOT NULL,
	"claimed_until" timestamptz(6),
	"attempts" integer DEFAULT 0 NOT NULL,
	"rows" integer DEFAULT 0 NOT NULL,
	"cut_by" text,
	"finished_at" timestamptz(6),
	"failure" text
);
--> statement-breakpoint
ALTER TABLE "exported_assets" ADD CONSTRAINT "exported_assets_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exported_assets" ADD CONSTRAINT "exported_assets_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exported_assets" ADD CONSTRAINT "exported_assets_insight_id_insights_id_fk" FOREIGN KEY ("insight_id") REFERENCES "public"."insights"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "blob_parts_written_at" ON "blob_parts" USING btree ("written_at");--> statement-breakpoint
CREATE INDEX "exported_assets_project" ON "exported_assets" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "exported_assets_waiting" ON "exported_assets" USING btree ("created_at") WHERE "exported_assets"."finished_at" is null;--> statement-breakpoint
CREATE INDEX "exported_assets_expires_at" ON "exported_assets" USING btree ("expires_at");