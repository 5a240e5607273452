CREATE TABLE "event_log_consumers" (
	"owner" text PRIMARY KEY NOT NULL,
	"seen_at" timestamptz(6) NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_log_keys" (
	"project_id" integer NOT NULL,
	"uuid" uuid NOT NULL,
	"partition" smallint NOT NULL,
	"first" bigint NOT NULL,
	"day" integer NOT NULL,
	"waited" integer DEFAULT 0 NOT NULL,
	"flags" smallint NOT NULL,
	"repeats" smallint DEFAULT 0 NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	CONSTRAINT "event_log_keys_project_id_uuid_pk" PRIMARY KEY("project_id","uuid")
);
--> statement-breakpoint
CREATE TABLE "event_log_partitions" (
	"partition" smallint PRIMARY KEY NOT NULL,
	"owner" text,
	"epoch" bigint DEFAULT 0 NOT NULL,
	"lease_until" timestamptz(6),
	"committed" bigint DEFAULT 0 NOT NULL,
	"claim" json,
	"next" json
);
--> statement-breakpoint
CREATE TABLE "event_log_ranges" (
	"partition" smallint NOT NULL,
	"first" bigint NOT NULL,
	"read_at" bigint NOT NULL,
	"committed_at" bigint NOT NULL,
	"day" integer NOT NULL,
	CONSTRAINT "event_log_ranges_partition_first_pk" PRIMARY KEY("partition","first")
);
--> statement-breakpoint
CREATE INDEX "event_log_keys_day" ON "event_log_keys" USING btree ("day");--> statement-breakpoint
CREATE INDEX "event_log_ranges_day" ON "event_log_ranges" USING btree ("day");