import { ContractMismatch, mismatches, type TellMismatch } from '../kit/contract.ts'
import { type RunnableQuery, runnableQuery } from './queries.ts'

/**
 * Whichever door a question came through, typed or upgraded from older filters, what is calculated is what the contract
 * of its kind says. One that is not is told of, and answered; without anybody to tell it fails.
 * @throws ContractMismatch where `tell` is undefined.
 */
export function checkQuestion(query: RunnableQuery, tell: TellMismatch | undefined): void {
  const problems = mismatches(runnableQuery, query)
  if (!problems.length) return
  const mismatch = new ContractMismatch(`The ${String(query.kind)} that is to be calculated`, problems)
  if (!tell) throw mismatch
  tell(mismatch)
}
