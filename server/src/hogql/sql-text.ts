import type {
  CompareOperation,
  Constant,
  Expr,
  Field,
  JoinExpr,
  OrderExpr,
  Placeholder,
  PropertyRead,
  Query,
  SelectQuery,
  TypeCast,
  WindowFrameBound,
  WindowSpec,
} from './ast.ts'
import { joinsOf } from './visit.ts'

/** What differs between ClickHouse's SQL and HogQL's text. */
export type Dialect = {
  name(name: string): string
  constant(node: Constant): string
  field(node: Field): string
  property(node: PropertyRead, column: string): string
  placeholder(node: Placeholder): string
  cast(node: TypeCast, inner: string): string
  operator(node: CompareOperation): string
  functionName(name: string): string
}

// How tightly each kind of expression binds; what binds less than its place needs gets brackets.
const loose = 0
const orLevel = 1
const andLevel = 2
const notLevel = 3
const compareLevel = 4
const sumLevel = 5
const productLevel = 6
const tight = 8

/** A tree as text: clauses on lines of their own, subqueries indented, brackets only where they are needed. */
export function printQuery(query: Query, dialect: Dialect): string {
  return printer(dialect).query(query, '')
}

export function printExpr(expr: Expr, dialect: Dialect): string {
  return printer(dialect).expr(expr, loose, '')
}

function printer(dialect: Dialect) {
  const list = (exprs: Expr[], indent: string) => exprs.map((one) => expr(one, loose, indent)).join(', ')

  function expr(node: Expr, needed: number, indent: string): string {
    const [text, level] = printed(node, indent)
    return level < needed ? `(${text})` : text
  }

  /** What a step goes into; `1.1` would be a number. */
  const base = (node: Expr, indent: string) =>
    node.kind === 'constant' ? `(${dialect.constant(node)})` : expr(node, tight, indent)

  function printed(node: Expr, indent: string): [text: string, level: number] {
    switch (node.kind) {
      case 'constant':
        return [dialect.constant(node), tight]
      case 'field':
        return [dialect.field(node), tight]
      case 'placeholder':
        return [dialect.placeholder(node), tight]
      case 'property':
        return [dialect.property(node, dialect.field(node.column)), tight]
      case 'call': {
        const params = node.params ? `(${list(node.params, indent)})` : ''
        const args = `(${node.distinct ? 'DISTINCT ' : ''}${list(node.args, indent)})`
        const filter = node.filter ? ` FILTER (WHERE ${expr(node.filter, loose, indent)})` : ''
        return [dialect.functionName(node.name) + params + args + filter, tight]
      }
      case 'window_function': {
        const params = node.params ? `(${list(node.params, indent)})` : ''
        const over = 'name' in node.over ? dialect.name(node.over.name) : `(${windowSpec(node.over, indent)})`
        return [`${dialect.functionName(node.name)}${params}(${list(node.args, indent)}) OVER ${over}`, tight]
      }
      case 'and':
        return joined(node.exprs, ' AND ', andLevel, indent, 'true')
      case 'or':
        return joined(node.exprs, ' OR ', orLevel, indent, 'false')
      case 'not': {
        // Brackets after NOT are taken for those of a call, so they must hold all of it.
        const simple = ['field', 'constant', 'call', 'property', 'placeholder'].includes(node.expr.kind)
        const operand = expr(node.expr, loose, indent)
        return [`NOT ${simple ? operand : `(${operand})`}`, notLevel]
      }
      case 'compare': {
        const [left, right] = [expr(node.left, sumLevel, indent), expr(node.right, sumLevel, indent)]
        return [`${left} ${dialect.operator(node)} ${right}`, compareLevel]
      }
      case 'between': {
        const parts = [node.expr, node.low, node.high].map((part) => expr(part, sumLevel, indent))
        return [`${parts[0]} ${node.negated ? 'NOT ' : ''}BETWEEN ${parts[1]} AND ${parts[2]}`, notLevel]
      }
      case 'arithmetic': {
        const level = node.op === '+' || node.op === '-' ? sumLevel : productLevel
        return [`${expr(node.left, level, indent)} ${node.op} ${expr(node.right, level + 1, indent)}`, level]
      }
      case 'array':
        return [`[${list(node.exprs, indent)}]`, tight]
      case 'tuple':
        return [
          node.exprs.length > 1 ? `(${list(node.exprs, indent)})` : `tuple(${list(node.exprs, indent)})`,
          tight,
        ]
      case 'dict':
        return [
          `{${node.items.map((pair) => pair.map((one) => expr(one, loose, indent)).join(': ')).join(', ')}}`,
          tight,
        ]
      case 'array_access':
        return [
          `${base(node.array, indent)}${node.nullish ? '?.' : ''}[${expr(node.property, loose, indent)}]`,
          tight,
        ]
      case 'tuple_access':
        return [`${base(node.tuple, indent)}${node.nullish ? '?.' : '.'}${node.index}`, tight]
      case 'cast':
        return [dialect.cast(node, expr(node.expr, orLevel, indent)), tight]
      case 'lambda': {
        // In brackets even when alone: `f(a, x -> y)` would be a lambda of two arguments to HogQL.
        const args = node.args.map(dialect.name).join(', ')
        return [`(${args}) -> ${expr(node.expr, loose, indent)}`, loose]
      }
      case 'alias':
        return [`${expr(node.expr, orLevel, indent)} AS ${dialect.name(node.alias)}`, loose]
      case 'select':
      case 'select_set':
        return [`(\n${indent}  ${query(node, `${indent}  `)}\n${indent})`, tight]
    }
  }

  function joined(
    exprs: Expr[],
    glue: string,
    level: number,
    indent: string,
    none: string,
  ): [string, number] {
    if (exprs.length === 0) return [none, tight]
    if (exprs.length === 1) return printed(exprs[0]!, indent)
    return [exprs.map((one) => expr(one, level + 1, indent)).join(glue), level]
  }

  const orders = (orderBy: OrderExpr[], indent: string) =>
    orderBy
      .map((one) => {
        const nulls = one.nulls ? ` NULLS ${one.nulls}` : ''
        return `${expr(one.expr, loose, indent)} ${one.order}${nulls}`
      })
      .join(', ')

  function windowSpec(spec: WindowSpec, indent: string): string {
    const parts: string[] = []
    if (spec.partitionBy) parts.push(`PARTITION BY ${list(spec.partitionBy, indent)}`)
    if (spec.orderBy) parts.push(`ORDER BY ${orders(spec.orderBy, indent)}`)
    if (spec.frame) {
      const { method, start, end } = spec.frame
      parts.push(end ? `${method} BETWEEN ${bound(start)} AND ${bound(end)}` : `${method} ${bound(start)}`)
    }
    return parts.join(' ')
  }

  const bound = (one: WindowFrameBound) =>
    one.type === 'CURRENT ROW'
      ? one.type
      : `${typeof one.value === 'number' ? one.value : 'UNBOUNDED'} ${one.type}`

  function from(join: JoinExpr, indent: string): string {
    return joinsOf(join)
      .map((one, index) => {
        const table = expr(one.table, loose, indent)
        const args = one.tableArgs ? `(${list(one.tableArgs, indent)})` : ''
        const same = one.alias === undefined || dialect.name(one.alias) === table + args
        const parts = [`${table}${args}${same ? '' : ` AS ${dialect.name(one.alias!)}`}`]
        if (one.final) parts.push('FINAL')
        if (one.sample) {
          const { ratio, denominator, offset } = one.sample
          parts.push(
            `SAMPLE ${ratio}${denominator ? `/${denominator}` : ''}${offset ? ` OFFSET ${offset}` : ''}`,
          )
        }
        if (one.constraint) {
          const { type, expr: on } = one.constraint
          const columns = on.kind === 'tuple' ? list(on.exprs, indent) : expr(on, loose, indent)
          parts.push(type === 'ON' ? `ON ${expr(on, loose, indent)}` : `USING (${columns})`)
        }
        const text = parts.join(' ')
        return index === 0 ? text : `\n${indent}${one.joinType ?? 'CROSS JOIN'} ${text}`
      })
      .join('')
  }

  const lineWidth = 100

  function columns(exprs: Expr[], indent: string): string {
    const texts = exprs.map((one) => expr(one, loose, `${indent}  `))
    const line = texts.join(', ')
    if (line.length <= lineWidth && !line.includes('\n')) return ` ${line}`
    return `\n${indent}  ${texts.join(`,\n${indent}  `)}`
  }

  function select(node: SelectQuery, indent: string): string {
    const lines: string[] = []
    const clause = (word: string, part: Expr | undefined) => {
      if (part) lines.push(`${word} ${expr(part, loose, indent)}`)
    }
    if (node.ctes?.length) {
      const ctes = node.ctes.map((cte) =>
        cte.type === 'subquery'
          ? `${dialect.name(cte.name)} AS ${expr(cte.expr, loose, indent)}`
          : `${expr(cte.expr, orLevel, indent)} AS ${dialect.name(cte.name)}`,
      )
      lines.push(`WITH ${ctes.join(', ')}`)
    }
    lines.push(`SELECT${node.distinct ? ' DISTINCT' : ''}${columns(node.select, indent)}`)
    if (node.from) lines.push(`FROM ${from(node.from, indent)}`)
    if (node.arrayJoin) lines.push(`${node.arrayJoin.op} ${list(node.arrayJoin.exprs, indent)}`)
    clause('PREWHERE', node.prewhere)
    clause('WHERE', node.where)
    if (node.groupBy?.length) lines.push(`GROUP BY ${list(node.groupBy, indent)}`)
    if (node.groupByAll) lines.push('GROUP BY ALL')
    clause('HAVING', node.having)
    const windows = Object.entries(node.windows ?? {})
    if (windows.length) {
      lines.push(
        `WINDOW ${windows.map(([name, spec]) => `${dialect.name(name)} AS (${windowSpec(spec, indent)})`).join(', ')}`,
      )
    }
    clause('QUALIFY', node.qualify)
    if (node.orderBy?.length) lines.push(`ORDER BY ${orders(node.orderBy, indent)}`)
    if (node.limitBy) {
      const { n, offset, exprs } = node.limitBy
      const skip = offset ? ` OFFSET ${expr(offset, loose, indent)}` : ''
      lines.push(`LIMIT ${expr(n, loose, indent)}${skip} BY ${list(exprs, indent)}`)
    }
    if (node.limit) {
      lines.push(`LIMIT ${expr(node.limit, loose, indent)}${node.limitWithTies ? ' WITH TIES' : ''}`)
    }
    clause('OFFSET', node.offset)
    return lines.join(`\n${indent}`)
  }

  function query(node: Query, indent: string): string {
    if (node.kind === 'select') return select(node, indent)
    const parts = [node.first, ...node.rest.map((one) => one.query)].map((one) =>
      one.kind === 'select' && !one.orderBy && !one.limit && !one.limitBy
        ? query(one, indent)
        : expr(one, tight, indent),
    )
    return parts
      .map((text, index) => (index ? `${node.rest[index - 1]!.op}\n${indent}${text}` : text))
      .join(`\n${indent}`)
  }

  return { expr, query }
}
