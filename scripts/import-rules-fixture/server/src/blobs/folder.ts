import { open } from 'lmdb'
import { createClient } from '@clickhouse/client'
import { Pool } from 'pg'
import fastify from 'fastify'
import { createTransport } from 'nodemailer'
export const blobs = [open, createClient, Pool, fastify, createTransport]
