import type { EventLogs, LogReader } from '../event-log/event-log.ts'
import { createPipeline, type Pipeline, type PipelineDeps } from './consumer.ts'

export type Pipelines = Pick<Pipeline, 'between'> & {
  start(): void
  /** Finishes the batches in hand and gives the partitions back. */
  stop(): Promise<void>
  /** One for each partition that this process reads now, by the partition's name. */
  stats(): Record<string, ReturnType<Pipeline['stats']>>
}

/** A pipeline for each partition that falls to this process. Without `start` there is none, as in one that only asks. */
export function createPipelines({
  logs,
  ...deps
}: Omit<PipelineDeps, 'log'> & { logs: EventLogs }): Pipelines {
  const running = new Map<string, Pipeline>()
  let reader: LogReader | null = null
  return {
    start() {
      reader ??= logs.consume((log) => {
        const pipeline = createPipeline({ ...deps, log })
        running.set(log.name, pipeline)
        pipeline.start()
        return {
          async stop() {
            running.delete(log.name)
            await pipeline.stop()
          },
        }
      })
    },
    async stop() {
      await reader?.stop()
    },
    /** See `Pipeline.between`: no pipeline of this process has a batch in hand meanwhile. */
    between<T>(work: () => Promise<T>): Promise<T> {
      const inTurns = [...running.values()].reduce<() => Promise<T>>(
        (inner, pipeline) => () => pipeline.between(inner),
        work,
      )
      return inTurns()
    },
    stats: () => Object.fromEntries([...running].map(([name, pipeline]) => [name, pipeline.stats()])),
  }
}
