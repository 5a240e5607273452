CREATE TABLE "event_definitions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" integer NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"last_seen_at" timestamptz(6),
	"description" text,
	"tags" json DEFAULT '[]'::json NOT NULL,
	"verified" boolean DEFAULT false NOT NULL,
	"verified_at" timestamptz(6),
	"verified_by" integer,
	"owner_id" integer,
	"hidden" boolean DEFAULT false NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_by" integer
);
--> statement-breakpoint
CREATE TABLE "event_properties" (
	"project_id" integer NOT NULL,
	"event" text NOT NULL,
	"property" text NOT NULL,
	CONSTRAINT "event_properties_project_id_event_property_pk" PRIMARY KEY("project_id","event","property")
);
--> statement-breakpoint
CREATE TABLE "group_types" (
	"project_id" integer NOT NULL,
	"group_type_index" smallint NOT NULL,
	"group_type" text NOT NULL,
	"name_singular" text,
	"name_plural" text,
	CONSTRAINT "group_types_project_id_group_type_index_pk" PRIMARY KEY("project_id","group_type_index")
);
--> statement-breakpoint
CREATE TABLE "groups" (
	"project_id" integer NOT NULL,
	"group_type_index" smallint NOT NULL,
	"group_key" text NOT NULL,
	"properties" json DEFAULT '{}'::json NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "groups_project_id_group_type_index_group_key_pk" PRIMARY KEY("project_id","group_type_index","group_key")
);
--> statement-breakpoint
CREATE TABLE "instance_settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organization_memberships" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"user_id" integer NOT NULL,
	"level" smallint DEFAULT 1 NOT NULL,
	"joined_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL,
	"is_member_join_email_enabled" boolean DEFAULT true NOT NULL,
	"enforce_2fa" boolean,
	CONSTRAINT "organizations_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "person_distinct_ids" (
	"project_id" integer NOT NULL,
	"distinct_id" text NOT NULL,
	"person_id" bigint NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "person_distinct_ids_project_id_distinct_id_pk" PRIMARY KEY("project_id","distinct_id")
);
--> statement-breakpoint
CREATE TABLE "person_overrides" (
	"project_id" integer NOT NULL,
	"old_person_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	CONSTRAINT "person_overrides_project_id_old_person_id_pk" PRIMARY KEY("project_id","old_person_id")
);
--> statement-breakpoint
CREATE TABLE "personal_api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" integer NOT NULL,
	"label" text NOT NULL,
	"secure_value" text NOT NULL,
	"mask_value" text NOT NULL,
	"scopes" json,
	"scoped_teams" json,
	"scoped_organizations" json,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"last_used_at" timestamptz(6),
	CONSTRAINT "personal_api_keys_secure_value_unique" UNIQUE("secure_value")
);
--> statement-breakpoint
CREATE TABLE "persons" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"uuid" uuid NOT NULL,
	"properties" json DEFAULT '{}'::json NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"is_identified" boolean DEFAULT false NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pipeline_progress" (
	"consumer" text PRIMARY KEY NOT NULL,
	"last_position" bigint NOT NULL,
	"last_range" json
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" serial PRIMARY KEY NOT NULL,
	"uuid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"name" text DEFAULT 'Default Project' NOT NULL,
	"api_token" text NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"anonymize_ips" boolean DEFAULT false NOT NULL,
	"ingested_event" boolean DEFAULT false NOT NULL,
	"test_account_filters" json DEFAULT '[]'::json NOT NULL,
	"settings" json DEFAULT '{}'::json NOT NULL,
	CONSTRAINT "projects_uuid_unique" UNIQUE("uuid"),
	CONSTRAINT "projects_api_token_unique" UNIQUE("api_token")
);
--> statement-breakpoint
CREATE TABLE "property_definitions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" integer NOT NULL,
	"name" text NOT NULL,
	"type" smallint NOT NULL,
	"group_type_index" smallint DEFAULT -1 NOT NULL,
	"property_type" text,
	"is_numerical" boolean DEFAULT false NOT NULL,
	"description" text,
	"tags" json DEFAULT '[]'::json NOT NULL,
	"verified" boolean DEFAULT false NOT NULL,
	"hidden" boolean DEFAULT false NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_by" integer
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" integer NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"expires_at" timestamptz(6) NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" serial PRIMARY KEY NOT NULL,
	"uuid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"distinct_id" text NOT NULL,
	"email" text NOT NULL,
	"first_name" text DEFAULT '' NOT NULL,
	"password_hash" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"is_staff" boolean DEFAULT false NOT NULL,
	"date_joined" timestamptz(6) DEFAULT now() NOT NULL,
	"last_login" timestamptz(6),
	"current_project_id" integer,
	"current_organization_id" uuid,
	"settings" json DEFAULT '{}'::json NOT NULL,
	CONSTRAINT "users_uuid_unique" UNIQUE("uuid"),
	CONSTRAINT "users_distinct_id_unique" UNIQUE("distinct_id")
);
--> statement-breakpoint
ALTER TABLE "event_definitions" ADD CONSTRAINT "event_definitions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_definitions" ADD CONSTRAINT "event_definitions_verified_by_users_id_fk" FOREIGN KEY ("verified_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_definitions" ADD CONSTRAINT "event_definitions_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_definitions" ADD CONSTRAINT "event_definitions_updated_by_users_id_fk" FOREIGN KEY ("updated_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_properties" ADD CONSTRAINT "event_properties_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_types" ADD CONSTRAINT "group_types_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "groups" ADD CONSTRAINT "groups_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_memberships" ADD CONSTRAINT "organization_memberships_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_memberships" ADD CONSTRAINT "organization_memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person_distinct_ids" ADD CONSTRAINT "person_distinct_ids_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person_overrides" ADD CONSTRAINT "person_overrides_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "personal_api_keys" ADD CONSTRAINT "personal_api_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "persons" ADD CONSTRAINT "persons_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "property_definitions" ADD CONSTRAINT "property_definitions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "property_definitions" ADD CONSTRAINT "property_definitions_updated_by_users_id_fk" FOREIGN KEY ("updated_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_current_project_id_projects_id_fk" FOREIGN KEY ("current_project_id") REFERENCES "public"."projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_current_organization_id_organizations_id_fk" FOREIGN KEY ("current_organization_id") REFERENCES "public"."organizations"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "event_definitions_name" ON "event_definitions" USING btree ("project_id","name");--> statement-breakpoint
CREATE INDEX "event_properties_property" ON "event_properties" USING btree ("project_id","property");--> statement-breakpoint
CREATE UNIQUE INDEX "group_types_name" ON "group_types" USING btree ("project_id","group_type");--> statement-breakpoint
CREATE UNIQUE INDEX "memberships_once" ON "organization_memberships" USING btree ("organization_id","user_id");--> statement-breakpoint
CREATE INDEX "person_distinct_ids_person" ON "person_distinct_ids" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "person_overrides_target" ON "person_overrides" USING btree ("project_id","person_id");--> statement-breakpoint
CREATE INDEX "personal_api_keys_user" ON "personal_api_keys" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "persons_uuid" ON "persons" USING btree ("project_id","uuid");--> statement-breakpoint
CREATE INDEX "persons_newest" ON "persons" USING btree ("project_id","created_at" DESC NULLS LAST,"uuid");--> statement-breakpoint
CREATE INDEX "projects_organization" ON "projects" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "property_definitions_name" ON "property_definitions" USING btree ("project_id","type","group_type_index","name");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" USING btree (lower("email"));