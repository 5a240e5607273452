/** Says that this process may read a partition. A later lease of the same partition has a higher epoch. */
export type Lease = { partition: number; owner: string; epoch: number }

/** Another process reads the partition now; nothing of what was asked for was done. */
export class LeaseLost extends Error {
  constructor({ partition }: Lease) {
    super(`Partition ${partition} of the event log is read by another process.`)
    this.name = 'LeaseLost'
  }
}
