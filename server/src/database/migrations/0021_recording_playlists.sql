CREATE TABLE "recording_pins" (
	"playlist_id" integer NOT NULL,
	"session_id" text NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	CONSTRAINT "recording_pins_playlist_id_session_id_pk" PRIMARY KEY("playlist_id","session_id")
);
--> statement-breakpoint
CREATE TABLE "recording_playlists" (
	"id" serial PRIMARY KEY NOT NULL,
	"project_id" integer NOT NULL,
	"short_id" text NOT NULL,
	"name" text,
	"derived_name" text,
	"description" text DEFAULT '' NOT NULL,
	"pinned" boolean DEFAULT false NOT NULL,
	"filters" json DEFAULT '{}'::json NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamptz(6) DEFAULT now() NOT NULL,
	"created_by" integer,
	"last_modified_at" timestamptz(6) DEFAULT now() NOT NULL,
	"last_modified_by" integer
);
--> statement-breakpoint
ALTER TABLE "recording_pins" ADD CONSTRAINT "recording_pins_playlist_id_recording_playlists_id_fk" FOREIGN KEY ("playlist_id") REFERENCES "public"."recording_playlists"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_playlists" ADD CONSTRAINT "recording_playlists_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_playlists" ADD CONSTRAINT "recording_playlists_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_playlists" ADD CONSTRAINT "recording_playlists_last_modified_by_users_id_fk" FOREIGN KEY ("last_modified_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "recording_pins_session" ON "recording_pins" USING btree ("session_id");--> statement-breakpoint
CREATE UNIQUE INDEX "recording_playlists_short_id" ON "recording_playlists" USING btree ("project_id","short_id");--> statement-breakpoint
CREATE INDEX "recording_playlists_created_by" ON "recording_playlists" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "recording_playlists_last_modified_by" ON "recording_playlists" USING btree ("last_modified_by");