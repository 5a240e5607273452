CREATE TABLE "feature_flag_role_access" (
	"id" serial PRIMARY KEY NOT NULL,
	"feature_flag_id" integer NOT NULL,
	"role_id" uuid NOT NULL,
	"added_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organization_domains" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"domain" text NOT NULL,
	"verification_challenge" text NOT NULL,
	"verified_at" timestamptz(6),
	"jit_provisioning_enabled" boolean DEFAULT false NOT NULL,
	"sso_enforcement" text DEFAULT '' NOT NULL,
	"saml_entity_id" text,
	"saml_acs_url" text,
	"saml_x509_cert" text,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organization_resource_access" (
	"id" serial PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"resource" text NOT NULL,
	"access_level" smallint DEFAULT 37 NOT NULL,
	"created_by" integer,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "role_memberships" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"role_id" uuid NOT NULL,
	"membership_id" uuid NOT NULL,
	"joined_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"name" text NOT NULL,
	"feature_flags_access_level" smallint DEFAULT 37 NOT NULL,
	"created_by" integer,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "feature_flag_role_access" ADD CONSTRAINT "feature_flag_role_access_feature_flag_id_feature_flags_id_fk" FOREIGN KEY ("feature_flag_id") REFERENCES "public"."feature_flags"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "feature_flag_role_access" ADD CONSTRAINT "feature_flag_role_access_role_id_roles_id_fk" FOREIGN KEY ("role_id") REFERENCES "public"."roles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_domains" ADD CONSTRAINT "organization_domains_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_resource_access" ADD CONSTRAINT "organization_resource_access_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_resource_access" ADD CONSTRAINT "organization_resource_access_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_memberships" ADD CONSTRAINT "role_memberships_role_id_roles_id_fk" FOREIGN KEY ("role_id") REFERENCES "public"."roles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_memberships" ADD CONSTRAINT "role_memberships_membership_id_organization_memberships_id_fk" FOREIGN KEY ("membership_id") REFERENCES "public"."organization_memberships"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "feature_flag_role_access_once" ON "feature_flag_role_access" USING btree ("feature_flag_id","role_id");--> statement-breakpoint
CREATE INDEX "feature_flag_role_access_role" ON "feature_flag_role_access" USING btree ("role_id");--> statement-breakpoint
CREATE UNIQUE INDEX "organization_domains_domain" ON "organization_domains" USING btree ("domain");--> statement-breakpoint
CREATE INDEX "organization_domains_organization" ON "organization_domains" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "organization_resource_access_once" ON "organization_resource_access" USING btree ("organization_id","resource");--> statement-breakpoint
CREATE INDEX "organization_resource_access_created_by" ON "organization_resource_access" USING btree ("created_by");--> statement-breakpoint
CREATE UNIQUE INDEX "role_memberships_once" ON "role_memberships" USING btree ("role_id","membership_id");--> statement-breakpoint
CREATE INDEX "role_memberships_membership" ON "role_memberships" USING btree ("membership_id");--> statement-breakpoint
CREATE UNIQUE INDEX "roles_name" ON "roles" USING btree ("organization_id",lower("name"));--> statement-breakpoint
CREATE INDEX "roles_created_by" ON "roles" USING btree ("created_by");