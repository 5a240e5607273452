import { open } from 'lmdb'
import { createClient } from '@clickhouse/client'
import { Pool } from 'pg'
import fastify from 'fastify'
export const blobs = [open, createClient, Pool, fastify]
