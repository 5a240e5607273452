CREATE TABLE "plugin_attachments" (
	"id" serial PRIMARY KEY NOT NULL,
	"plugin_config_id" integer NOT NULL,
	"key" text NOT NULL,
	"file_name" text NOT NULL,
	"content" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "plugin_configs" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"plugin_id" integer NOT NULL,
	"enabled" boolean DEFAULT false NOT NULL,
	"order" integer NOT NULL,
	"config" json DEFAULT '{}'::json NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "plugin_logs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"plugin_config_id" integer NOT NULL,
	"timestamp" timestamptz(6) NOT NULL,
	"type" text NOT NULL,
	"message" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "plugins" (
	"id" serial PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"icon" text,
	"tag" text,
	"config_schema" json DEFAULT '{}'::json NOT NULL,
	"source" json DEFAULT '{}'::json NOT NULL,
	"is_global" boolean DEFAULT false NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "plugin_attachments" ADD CONSTRAINT "plugin_attachments_plugin_config_id_plugin_configs_id_fk" FOREIGN KEY ("plugin_config_id") REFERENCES "public"."plugin_configs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugin_configs" ADD CONSTRAINT "plugin_configs_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugin_configs" ADD CONSTRAINT "plugin_configs_plugin_id_plugins_id_fk" FOREIGN KEY ("plugin_id") REFERENCES "public"."plugins"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugin_logs" ADD CONSTRAINT "plugin_logs_plugin_config_id_plugin_configs_id_fk" FOREIGN KEY ("plugin_config_id") REFERENCES "public"."plugin_configs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugins" ADD CONSTRAINT "plugins_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugins" ADD CONSTRAINT "plugins_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "plugin_attachments_once" ON "plugin_attachments" USING btree ("plugin_config_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "plugin_configs_once" ON "plugin_configs" USING btree ("project_id","plugin_id");--> statement-breakpoint
CREATE INDEX "plugin_configs_plugin" ON "plugin_configs" USING btree ("plugin_id");--> statement-breakpoint
CREATE INDEX "plugin_logs_newest" ON "plugin_logs" USING btree ("plugin_config_id","timestamp" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "plugins_organization" ON "plugins" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "plugins_created_by" ON "plugins" USING btree ("created_by");