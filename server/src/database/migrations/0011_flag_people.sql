CREATE TABLE "flag_cohort_people" (
	"cohort_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	CONSTRAINT "flag_cohort_people_person_id_cohort_id_pk" PRIMARY KEY("person_id","cohort_id")
);
--> statement-breakpoint
CREATE TABLE "flag_hash_keys" (
	"person_id" bigint NOT NULL,
	"flag_key" text NOT NULL,
	"hash_key" text NOT NULL,
	CONSTRAINT "flag_hash_keys_person_id_flag_key_pk" PRIMARY KEY("person_id","flag_key")
);
--> statement-breakpoint
ALTER TABLE "cohorts" ADD COLUMN "is_copied" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "flag_cohort_people" ADD CONSTRAINT "flag_cohort_people_cohort_id_cohorts_id_fk" FOREIGN KEY ("cohort_id") REFERENCES "public"."cohorts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_cohort_people" ADD CONSTRAINT "flag_cohort_people_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_hash_keys" ADD CONSTRAINT "flag_hash_keys_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "flag_cohort_people_cohort" ON "flag_cohort_people" USING btree ("cohort_id","person_id");