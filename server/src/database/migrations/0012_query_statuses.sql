CREATE TABLE "query_statuses" (
	"project_id" integer NOT NULL,
	"id" text NOT NULL,
	"status" json NOT NULL,
	"progress" json,
	"results" text,
	"spoken_at" timestamptz(6) NOT NULL,
	"expires_at" timestamptz(6) NOT NULL,
	CONSTRAINT "query_statuses_project_id_id_pk" PRIMARY KEY("project_id","id")
);
--> statement-breakpoint
CREATE INDEX "query_statuses_expires_at" ON "query_statuses" USING btree ("expires_at");--> statement-breakpoint
ALTER TABLE "query_statuses" SET UNLOGGED;
