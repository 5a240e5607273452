CREATE TABLE "dashboard_collaborators" (
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"dashboard_id" integer NOT NULL,
	"user_id" integer NOT NULL,
	"added_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL,
	CONSTRAINT "dashboard_collaborators_dashboard_id_user_id_pk" PRIMARY KEY("dashboard_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "dashboard_texts" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"body" text NOT NULL,
	"created_by" integer,
	"last_modified_at" timestamptz(6) DEFAULT now() NOT NULL,
	"last_modified_by" integer
);
--> statement-breakpoint
CREATE TABLE "dashboard_tiles" (
	"id" serial PRIMARY KEY NOT NULL,
	"dashboard_id" integer NOT NULL,
	"insight_id" integer,
	"text_id" integer,
	"color" text,
	"layouts" json DEFAULT '{}'::json NOT NULL,
	"deleted" boolean,
	"deleted_with" text
);
--> statement-breakpoint
CREATE TABLE "dashboards" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"name" text,
	"description" text DEFAULT '' NOT NULL,
	"pinned" boolean DEFAULT false NOT NULL,
	"filters" json DEFAULT '{}'::json NOT NULL,
	"creation_mode" text DEFAULT 'default' NOT NULL,
	"restriction_level" smallint DEFAULT 21 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"last_accessed_at" timestamptz(6)
);
--> statement-breakpoint
CREATE TABLE "insight_views" (
	"insight_id" integer NOT NULL,
	"user_id" integer NOT NULL,
	"last_viewed_at" timestamptz(6) NOT NULL,
	CONSTRAINT "insight_views_insight_id_user_id_pk" PRIMARY KEY("insight_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "insights" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"short_id" text NOT NULL,
	"name" text,
	"derived_name" text,
	"description" text,
	"filters" json DEFAULT '{}'::json NOT NULL,
	"query" json,
	"kind" text NOT NULL,
	"order" integer,
	"saved" boolean DEFAULT false NOT NULL,
	"favorited" boolean DEFAULT false NOT NULL,
	"is_sample" boolean DEFAULT false NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL,
	"last_modified_at" timestamptz(6) DEFAULT now() NOT NULL,
	"last_modified_by" integer
);
--> statement-breakpoint
CREATE TABLE "sharing_links" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"insight_id" integer,
	"dashboard_id" integer,
	"access_token" text NOT NULL,
	"enabled" boolean DEFAULT false NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	CONSTRAINT "sharing_links_access_token_unique" UNIQUE("access_token")
);
--> statement-breakpoint
ALTER TABLE "annotations" ADD COLUMN "insight_id" integer;--> statement-breakpoint
ALTER TABLE "dashboard_collaborators" ADD CONSTRAINT "dashboard_collaborators_dashboard_id_dashboards_id_fk" FOREIGN KEY ("dashboard_id") REFERENCES "public"."dashboards"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_collaborators" ADD CONSTRAINT "dashboard_collaborators_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_texts" ADD CONSTRAINT "dashboard_texts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_texts" ADD CONSTRAINT "dashboard_texts_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_texts" ADD CONSTRAINT "dashboard_texts_last_modified_by_users_id_fk" FOREIGN KEY ("last_modified_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_tiles" ADD CONSTRAINT "dashboard_tiles_dashboard_id_dashboards_id_fk" FOREIGN KEY ("dashboard_id") REFERENCES "public"."dashboards"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_tiles" ADD CONSTRAINT "dashboard_tiles_insight_id_insights_id_fk" FOREIGN KEY ("insight_id") REFERENCES "public"."insights"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_tiles" ADD CONSTRAINT "dashboard_tiles_text_id_dashboard_texts_id_fk" FOREIGN KEY ("text_id") REFERENCES "public"."dashboard_texts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboards" ADD CONSTRAINT "dashboards_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboards" ADD CONSTRAINT "dashboards_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "insight_views" ADD CONSTRAINT "insight_views_insight_id_insights_id_fk" FOREIGN KEY ("insight_id") REFERENCES "public"."insights"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "insight_views" ADD CONSTRAINT "insight_views_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "insights" ADD CONSTRAINT "insights_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "insights" ADD CONSTRAINT "insights_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "insights" ADD CONSTRAINT "insights_last_modified_by_users_id_fk" FOREIGN KEY ("last_modified_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sharing_links" ADD CONSTRAINT "sharing_links_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sharing_links" ADD CONSTRAINT "sharing_links_insight_id_insights_id_fk" FOREIGN KEY ("insight_id") REFERENCES "public"."insights"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sharing_links" ADD CONSTRAINT "sharing_links_dashboard_id_dashboards_id_fk" FOREIGN KEY ("dashboard_id") REFERENCES "public"."dashboards"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dashboard_collaborators_user" ON "dashboard_collaborators" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "dashboard_texts_project" ON "dashboard_texts" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "dashboard_texts_created_by" ON "dashboard_texts" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "dashboard_texts_last_modified_by" ON "dashboard_texts" USING btree ("last_modified_by");--> statement-breakpoint
CREATE UNIQUE INDEX "dashboard_tiles_insight" ON "dashboard_tiles" USING btree ("dashboard_id","insight_id");--> statement-breakpoint
CREATE UNIQUE INDEX "dashboard_tiles_text" ON "dashboard_tiles" USING btree ("dashboard_id","text_id");--> statement-breakpoint
CREATE INDEX "dashboard_tiles_of_insight" ON "dashboard_tiles" USING btree ("insight_id");--> statement-breakpoint
CREATE INDEX "dashboard_tiles_of_text" ON "dashboard_tiles" USING btree ("text_id");--> statement-breakpoint
CREATE INDEX "dashboards_name" ON "dashboards" USING btree ("project_id","name","id");--> statement-breakpoint
CREATE INDEX "dashboards_created_by" ON "dashboards" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "insight_views_latest" ON "insight_views" USING btree ("user_id","last_viewed_at" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "insights_short_id" ON "insights" USING btree ("project_id","short_id");--> statement-breakpoint
CREATE INDEX "insights_created_by" ON "insights" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "insights_last_modified_by" ON "insights" USING btree ("last_modified_by");--> statement-breakpoint
CREATE UNIQUE INDEX "sharing_links_insight" ON "sharing_links" USING btree ("insight_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sharing_links_dashboard" ON "sharing_links" USING btree ("dashboard_id");--> statement-breakpoint
CREATE INDEX "sharing_links_project" ON "sharing_links" USING btree ("project_id");--> statement-breakpoint
ALTER TABLE "annotations" ADD CONSTRAINT "annotations_insight_id_insights_id_fk" FOREIGN KEY ("insight_id") REFERENCES "public"."insights"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "annotations_insight" ON "annotations" USING btree ("insight_id");