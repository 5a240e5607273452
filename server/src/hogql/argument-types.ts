import type { Expr } from './ast.ts'
import { HogQLError } from './errors.ts'
import type { Type, Typed, TypeName } from './types.ts'

/**
 * What the engine's functions take, as far as that does not depend on their other arguments: so that a wrong one is
 * refused before the query runs, with its place. What is not said here, the engine refuses itself (`culprits.ts`). A
 * test holds every word of this table against the engine.
 */

/** `name:0,2`: the first and the third argument of the engine's function. */
const table = {
  number: `
    abs:0 negate:0 exp:0 log:0 exp2:0 log2:0 exp10:0 log10:0 log1p:0 sqrt:0 cbrt:0 erf:0 erfc:0 lgamma:0 tgamma:0
    sin:0 cos:0 tan:0 asin:0 acos:0 atan:0 atan2:0,1 sinh:0 cosh:0 asinh:0 acosh:0 atanh:0 hypot:0,1 pow:0,1 degrees:0
    radians:0 sigmoid:0 gcd:0,1 lcm:0,1 sign:0 bitPositionsToArray:0 bitAnd:0,1 bitOr:0,1 bitXor:0,1 bitShiftLeft:1
    bitShiftRight:1 bitRotateLeft:0,1 bitRotateRight:0,1 bitTest:0,1 bitTestAll:0,1,2 bitTestAny:0,1,2
    factorial:0 round:0,1 floor:0 ceil:0 trunc:0 roundBankers:0 roundToExp2:0 roundDuration:0
    roundAge:0 width_bucket:0,1,2,3 isFinite:0 isInfinite:0 isNaN:0 char:0,1 toDecimal64OrNull:1 toDecimal64:1
    toDecimal32:1 toDecimal128:1 makeDate:0,1,2 fromUnixTimestamp64Milli:0 fromUnixTimestamp64Micro:0
    fromUnixTimestamp64Nano:0 makeDateTime:0,1,2,3,4,5 addYears:1 addQuarters:1 addMonths:1 addWeeks:1 addDays:1
    addHours:1 addMinutes:1 addSeconds:1 subtractYears:1 subtractQuarters:1 subtractMonths:1 subtractWeeks:1
    subtractDays:1 subtractHours:1 subtractMinutes:1 subtractSeconds:1 formatReadableTimeDelta:0 substring:1,2
    substringUTF8:1,2 substringIndex:2 left:1 leftUTF8:1 right:1 rightUTF8:1 leftPad:1 rightPad:1 leftPadUTF8:1
    rightPadUTF8:1 repeat:1 space:0 regexpExtract:2 formatReadableSize:0 formatReadableDecimalSize:0
    formatReadableQuantity:0 ngrams:1 IPv4NumToString:0 range:0 arrayResize:1 arraySlice:1 arrayPartialSort:0
    arrayWithConstant:0 arrayRotateLeft:1 arrayRotateRight:1 arrayShiftLeft:1 arrayShiftRight:1 arrayRandomSample:1
    greatCircleDistance:0,1,2,3 geoDistance:0,1,2,3 geohashEncode:2 geoToH3:2 randUniform:0,1 randNormal:0,1
    bar:0,1,2,3 sum:0 sumWithOverflow:0 sumKahan:0 groupBitAnd:0 groupBitOr:0 groupBitXor:0 groupBitmap:0 deltaSum:0
    deltaSumTimestamp:0 avgWeighted:0,1 varPop:0 varSamp:0 stddevPop:0 stddevSamp:0 covarPop:0,1 covarSamp:0,1
    corr:0,1 skewPop:0 skewSamp:0 kurtPop:0 kurtSamp:0 simpleLinearRegression:0,1 medianDeterministic:1
    medianExactWeighted:1 quantileDeterministic:1 quantileExactWeighted:1 quantileTDigestWeighted:1
    quantileTimingWeighted:1 quantilesDeterministic:1 quantilesExactWeighted:1 groupArrayMovingAvg:0
    groupArrayMovingSum:0 groupArrayInsertAt:1 topKWeighted:1 windowFunnel:1,2 retention:0,1,2 sumCount:0
    sequenceMatch:1,2 sequenceCount:1,2 histogram:0 stochasticLinearRegression:0,1 exponentialMovingAverage:0,1`,
  text: `
    unhex:0 unbin:0 toInt64OrNull:0 toInt32OrNull:0 toUInt64OrNull:0 toUInt32OrNull:0 toInt64OrZero:0 toUInt64OrZero:0
    toInt32OrZero:0 toUInt32OrZero:0 toFloat64OrNull:0 toFloat32OrNull:0 toDecimal64OrNull:0 toFloat64OrZero:0
    parseDateTime:0,1 dateDiff:0 age:0 formatDateTime:1 dateName:0 lengthUTF8:0 position:0,1
    positionCaseInsensitive:0,1 positionUTF8:0,1 positionCaseInsensitiveUTF8:0,1 locate:0,1 ngramDistance:0,1
    byteHammingDistance:0,1 countSubstrings:0,1 countSubstringsCaseInsensitive:0,1 countMatches:0,1
    countMatchesCaseInsensitive:0,1 ascii:0 levenshteinDistance:0,1 multiSearchFirstIndex:0 multiSearchFirstPosition:0
    lower:0 upper:0 lowerUTF8:0 upperUTF8:0 initcap:0 initcapUTF8:0 reverseUTF8:0 concatWithSeparator:0 substring:0
    substringUTF8:0 substringIndex:0,1 appendTrailingCharIfAbsent:0,1 left:0 leftUTF8:0 right:0 rightUTF8:0
    leftPad:0,2 rightPad:0,2 leftPadUTF8:0,2 rightPadUTF8:0,2 repeat:0 trim:0 trimLeft:0 trimRight:0 trimBoth:0
    base64Encode:0 base64Decode:0 tryBase64Decode:0 base58Encode:0 encodeXMLComponent:0 decodeXMLComponent:0
    decodeHTMLComponent:0 normalizeQuery:0 normalizedQueryHash:0 replaceAll:0,1,2 replaceOne:0,1,2
    replaceRegexpAll:0,1,2 replaceRegexpOne:0,1,2 regexpQuoteMeta:0 translate:0,1,2 translateUTF8:0,1,2 extract:0,1
    regexpExtract:0,1 normalizeUTF8NFC:0 normalizeUTF8NFD:0 normalizeUTF8NFKC:0 normalizeUTF8NFKD:0 soundex:0
    toValidUTF8:0 arrayStringConcat:1 match:0,1
    hasToken:0,1 hasTokenCaseInsensitive:0,1 hasSubsequence:0,1 hasSubsequenceCaseInsensitive:0,1 isValidUTF8:0
    multiSearchAny:0 multiSearchAnyCaseInsensitive:0 multiMatchAny:0 isIPv4String:0 isIPv6String:0
    isIPAddressInRange:0,1 splitByChar:0,1 splitByString:0,1 splitByRegexp:0,1 splitByWhitespace:0 splitByNonAlpha:0
    alphaTokens:0 tokens:0 ngrams:0 extractAll:0,1 extractAllGroupsVertical:0,1 extractGroups:0,1 IPv4StringToNum:0
    domain:0 domainWithoutWWW:0 topLevelDomain:0 protocol:0 path:0 pathFull:0 queryString:0 fragment:0
    queryStringAndFragment:0 firstSignificantSubdomain:0 cutToFirstSignificantSubdomain:0 cutWWW:0 cutQueryString:0
    cutFragment:0 cutURLParameter:0 cutQueryStringAndFragment:0 extractURLParameter:0,1 encodeURLComponent:0
    decodeURLComponent:0 encodeURLFormComponent:0 decodeURLFormComponent:0 netloc:0 extractURLParameters:0
    extractURLParameterNames:0 URLHierarchy:0 URLPathHierarchy:0 JSONLength:0 JSONExtractString:0 JSONExtractRaw:0
    JSON_VALUE:0,1 JSON_QUERY:0,1 simpleJSONExtractString:0,1 simpleJSONExtractRaw:0,1 prettyPrintJSON:0 isValidJSON:0
    JSONHas:0 JSONExtractBool:0 JSON_EXISTS:0,1 simpleJSONHas:0,1 simpleJSONExtractBool:0,1 JSONExtractArrayRaw:0
    JSONExtractKeys:0 JSONExtractKeysAndValues:0 JSONExtractKeysAndValuesRaw:0 JSONExtractInt:0 JSONExtractUInt:0
    simpleJSONExtractInt:0,1 JSONExtractFloat:0 simpleJSONExtractFloat:0,1 JSONExtract:0 JSONType:0 MD5:0 SHA1:0
    SHA224:0 SHA256:0 SHA512:0 CRC32:0 CRC64:0 geohashDecode:0 UUIDStringToNum:0 toModifiedJulianDay:0`,
  textOrList: 'startsWith:0,1 endsWith:0,1 startsWithUTF8:0,1 endsWithUTF8:0,1',
  time: `
    toYear:0 toQuarter:0 toMonth:0 toDayOfYear:0 toDayOfMonth:0 toHour:0 toMinute:0 toSecond:0 toMillisecond:0
    toUnixTimestamp64Milli:0 toUnixTimestamp64Micro:0 toUnixTimestamp64Nano:0 toYYYYMM:0 toYYYYMMDD:0
    toYYYYMMDDhhmmss:0 toISOYear:0 toISOWeek:0 toRelativeYearNum:0 toRelativeMonthNum:0 toRelativeWeekNum:0
    toRelativeDayNum:0 toRelativeHourNum:0 toRelativeMinuteNum:0 toRelativeSecondNum:0 dateDiff:1,2 age:1,2 timeSlot:0
    timeZoneOffset:0 toStartOfYear:0 toStartOfISOYear:0 toStartOfQuarter:0 toStartOfMonth:0 toStartOfWeek:0 toMonday:0
    toLastDayOfMonth:0 toLastDayOfWeek:0 toStartOfDay:0 toStartOfHour:0 toStartOfMinute:0 toStartOfSecond:0
    toStartOfFiveMinutes:0 toStartOfTenMinutes:0 toStartOfFifteenMinutes:0 dateTrunc:1 toTimeZone:0 formatDateTime:0
    dateName:1 monthName:0`,
  list: `
    arrayStringConcat:0 arrayPushBack:0 arrayPushFront:0 arrayPopBack:0 arrayPopFront:0 arrayResize:0 arraySlice:0
    arrayPartialSort:1 arrayShuffle:0 arrayDistinct:0 arrayEnumerate:0 arrayEnumerateUniq:0 arrayEnumerateDense:0
    arrayDifference:0 arrayReverse:0 arrayFlatten:0 arrayCompact:0 arrayFilter:1 arrayFill:1 arrayReverseFill:1
    arraySplit:1 arrayReverseSplit:1 arrayCumSum:0 arrayCumSumNonNegative:0 arrayIntersect:0,1 emptyArrayToSingle:0
    arrayRotateLeft:0 arrayRotateRight:0 arrayShiftLeft:0 arrayShiftRight:0 arrayRandomSample:0 arrayExists:1
    arrayAll:1 arrayCount:1 arrayUniq:0 arrayFirstIndex:1 arrayLastIndex:1 arrayJoin:0 arrayFirst:1 arrayLast:1
    arrayFirstOrNull:1 arrayLastOrNull:1 arrayMin:0 arrayMax:0 arraySum:0 arrayAvg:0 arrayProduct:0 arrayAUC:0,1
    arrayDotProduct:0,1 L1Norm:0 L2Norm:0 L1Distance:0,1 L2Distance:0,1 cosineDistance:0,1 dotProduct:0,1
    mapFromArrays:0,1 sumMappedArrays:0,1 minMappedArrays:0,1 maxMappedArrays:0,1 groupArrayIntersect:0`,
  quantity: `
    avg:0 median:0 medianExact:0 medianTiming:0 medianTDigest:0 medianDeterministic:0 medianExactWeighted:0 quantile:0
    quantileExact:0 quantileExactInclusive:0 quantileExactLow:0 quantileExactHigh:0 quantileTDigest:0 quantileTiming:0
    quantileDeterministic:0 quantileBFloat16:0 quantileExactWeighted:0 quantileTDigestWeighted:0
    quantileTimingWeighted:0 quantiles:0 quantilesExact:0 quantilesTDigest:0 quantilesTiming:0
    quantilesDeterministic:0 quantilesBFloat16:0 quantilesExactWeighted:0`,
}

type Kind = keyof typeof table

const kinds = new Map<string, Map<number, Kind>>()
for (const [kind, text] of Object.entries(table)) {
  for (const word of text.trim().split(/\s+/)) {
    const [name, positions] = word.split(':')
    const of = kinds.get(name!) ?? new Map<number, Kind>()
    for (const position of positions!.split(',')) of.set(Number(position), kind as Kind)
    kinds.set(name!, of)
  }
}

const numbers: TypeName[] = ['Integer', 'Float', 'Boolean']
const times: TypeName[] = ['DateTime', 'Date']

/** The types that are certainly refused. A tuple may stand for a list, and what is unknown for anything. */
const refused: Record<Kind, Set<TypeName>> = {
  text: new Set<TypeName>([...numbers, ...times, 'UUID', 'Array', 'Tuple']),
  textOrList: new Set<TypeName>([...numbers, ...times, 'UUID', 'Tuple']),
  number: new Set<TypeName>(['String', ...times, 'UUID', 'Array', 'Tuple']),
  quantity: new Set<TypeName>(['String', 'UUID', 'Array', 'Tuple']),
  time: new Set<TypeName>(['String', ...numbers, 'UUID', 'Array', 'Tuple']),
  list: new Set<TypeName>(['String', ...numbers, ...times, 'UUID']),
}

const wanted: Record<Kind, { words: string; conversion: string }> = {
  text: { words: 'text', conversion: 'toString(…) makes text of it' },
  textOrList: { words: 'text or a list', conversion: 'toString(…) makes text of it' },
  number: { words: 'a number', conversion: 'toFloat(…) makes a number of it, null where it is none' },
  quantity: {
    words: 'a number or a time',
    conversion: 'toFloat(…) makes a number of it, null where it is none',
  },
  time: { words: 'a time', conversion: 'toDateTime(…) makes a time of it' },
  list: { words: 'a list', conversion: '[…] makes a list of it' },
}

const found: Partial<Record<TypeName, string>> = {
  String: 'text',
  Integer: 'a number',
  Float: 'a number',
  Boolean: 'yes or no',
  DateTime: 'a time',
  Date: 'a date',
  UUID: 'a UUID',
  Array: 'a list',
  Tuple: 'a tuple',
}
const typeWords = ({ name }: Type): string => found[name] ?? name

// Endings of aggregates that leave the arguments before them as they are.
const endings = /(?:If|OrNull|OrDefault|Distinct)+$/

/** What the engine's function takes as an argument (from 0); undefined where that is not said. */
export const takenBy = (clickhouse: string, position: number): Kind | undefined =>
  (kinds.get(clickhouse) ?? kinds.get(clickhouse.replace(endings, '')))?.get(position)

/** For tests: every word of the table. */
export const takenKinds = (): [name: string, position: number, kind: Kind, refused: TypeName[]][] =>
  [...kinds].flatMap(([name, of]) =>
    [...of].map(([position, kind]): [string, number, Kind, TypeName[]] => [
      name,
      position,
      kind,
      [...refused[kind]],
    ]),
  )

/**
 * @param name as the user has it
 * @throws HogQLError at the argument that the engine would refuse.
 */
export function checkArguments(name: string, clickhouse: string, args: Typed[], nodes: Expr[]): void {
  for (const [i, { type }] of args.entries()) {
    const kind = takenBy(clickhouse, i)
    if (!kind || !refused[kind].has(type.name)) continue
    const { words, conversion } = wanted[kind]
    const which = args.length > 1 ? ` as argument ${i + 1}` : ''
    throw new HogQLError(
      `Function '${name}' takes ${words}${which}, found ${typeWords(type)}: ${conversion}.`,
      nodes[i]?.span,
    )
  }
}

/** @throws HogQLError where text is computed with; a property of no known type is taken for a number before. */
export function checkOperands(op: string, operands: Typed[], nodes: (Expr | undefined)[]): void {
  const computable = new Set<TypeName>(['String', ...numbers])
  if (!operands.every(({ type }) => computable.has(type.name))) return
  const at = operands.findIndex(({ type }) => type.name === 'String')
  if (at < 0) return
  throw new HogQLError(
    `'${op}' takes numbers, found text: toFloat(…) makes a number of it, null where it is none.`,
    nodes[at]?.span,
  )
}
