INSERT INTO "tags" ("project_id", "kind", "item_id", "tag")
SELECT DISTINCT "project_id", 'Action', "id"::text, tag FROM "actions", json_array_elements_text("tags") AS tag;--> statement-breakpoint
INSERT INTO "tags" ("project_id", "kind", "item_id", "tag")
SELECT DISTINCT "project_id", 'EventDefinition', "id"::text, tag FROM "event_definitions", json_array_elements_text("tags") AS tag;--> statement-breakpoint
INSERT INTO "tags" ("project_id", "kind", "item_id", "tag")
SELECT DISTINCT "project_id", 'PropertyDefinition', "id"::text, tag FROM "property_definitions", json_array_elements_text("tags") AS tag;--> statement-breakpoint
ALTER TABLE "actions" DROP COLUMN "tags";--> statement-breakpoint
ALTER TABLE "event_definitions" DROP COLUMN "tags";--> statement-breakpoint
ALTER TABLE "property_definitions" DROP COLUMN "tags";