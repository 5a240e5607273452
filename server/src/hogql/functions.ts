import type { Span } from './ast.ts'
import { didYouMean, HogQLError } from './errors.ts'
import type { TypeName } from './types.ts'

/**
 * The functions that a query may call: nothing else reaches the engine. Left out on purpose: what reads files, URLs,
 * other tables, dictionaries, settings or the server's own state, what sleeps, and what throws.
 */
export type HogQLFunction = {
  /** Its name in ClickHouse. */
  clickhouse: string
  minArgs: number
  maxArgs: number
  /** Type of its answer where the compiler makes use of it; absent: unknown. */
  returns?: TypeName
  /** Whether its answer is null only when an argument is (the default), never, or possibly always. */
  nulls: 'propagate' | 'never' | 'maybe'
  aggregate: boolean
  /** Counts of values in the first brackets of a parametric aggregate, `quantile(0.9)(x)`. */
  params?: { min: number; max: number }
  /** Only with `over (…)`. */
  window: boolean
}

type Defaults = Partial<Omit<HogQLFunction, 'clickhouse' | 'minArgs' | 'maxArgs'>>

/**
 * Reads a table of functions: a word is `name:arity`, arity `2`, `1-3` or `1+`, with `name=clickHouseName` where the
 * two differ.
 */
function table(defaults: Defaults, text: string): [string, HogQLFunction][] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => {
      const match = /^(\w+)(?:=(\w+))?:(\d+)(\+|-(\d+))?$/.exec(word)
      if (!match) throw new Error(`functions.ts: "${word}" is not a function's signature`)
      const [, name, clickhouse, min, range, max] = match
      const minArgs = Number(min)
      return [
        name!,
        {
          clickhouse: clickhouse ?? name!,
          minArgs,
          maxArgs: range === '+' ? Number.POSITIVE_INFINITY : max ? Number(max) : minArgs,
          nulls: 'propagate',
          aggregate: false,
          window: false,
          ...defaults,
        },
      ]
    })
}

const functions = new Map<string, HogQLFunction>([
  // Arithmetic and numbers
  ...table({}, 'plus:2 minus:2 multiply:2 abs:1 negate:1 greatest:1+ least:1+  '),
  ...table(
    { returns: 'Float' },
    `divide:2  exp:1 log:1 ln=log:1 exp2:1 log2:1 exp10:1 log10:1 log1p:1 sqrt:1 cbrt:1 erf:1 erfc:1
    lgamma:1 tgamma:1 sin:1 cos:1 tan:1 asin:1 acos:1 atan:1 atan2:2 sinh:1 cosh:1 asinh:1 acosh:1 atanh:1 hypot:2
    pow:2 power=pow:2 degrees:1 radians:1 sigmoid:1`,
  ),
  ...table({ returns: 'Float', nulls: 'never' }, 'pi:0 e:0'),
  ...table(
    { returns: 'Integer' },
    `intDiv:2 intDivOrZero:2 gcd:2 lcm:2 sign:1 bitAnd:2 bitOr:2 bitXor:2 bitNot:1 bitShiftLeft:2 bitShiftRight:2
    bitRotateLeft:2 bitRotateRight:2 bitTest:2 bitTestAll:2+ bitTestAny:2+ bitCount:1 bitHammingDistance:2 factorial:1`,
  ),
  ...table(
    {},
    `modulo:2 mod=modulo:2 moduloOrZero:2 positiveModulo:2 round:1-2 floor:1-2 ceil:1-2 ceiling=ceil:1-2 trunc:1-2
    truncate=trunc:1-2 roundBankers:1-2 roundToExp2:1 roundDuration:1 roundAge:1 roundDown:2 width_bucket:4`,
  ),
  ...table({ returns: 'Boolean', nulls: 'never' }, 'isFinite:1 isInfinite:1 isNaN:1'),
  ...table({}, 'ifNotFinite:2'),

  // Comparison and logic
  ...table(
    { returns: 'Boolean' },
    `equals:2 notEquals:2 less:2 greater:2 lessOrEquals:2 greaterOrEquals:2 like:2 ilike:2 notLike:2 notILike:2 in:2
    notIn:2 and:1+ or:1+ xor:2+ not:1`,
  ),
  ...table({ returns: 'Boolean', nulls: 'never' }, 'isNull:1 isNotNull:1 isZeroOrNull:1 empty:1 notEmpty:1'),
  ...table(
    { nulls: 'maybe' },
    'if:3 multiIf:3+ coalesce:1+ ifNull:2 nullIf:2 transform:3-4 caseWithExpression:4+',
  ),
  ...table({ nulls: 'never' }, 'assumeNotNull:1'),
  ...table({ nulls: 'maybe' }, 'toNullable:1'),

  // Conversion
  ...table({ returns: 'String' }, 'toString:1-2 hex:1 unhex:1 bin:1 unbin:1 char:1+ toFixedString:2'),
  ...table({ returns: 'String', nulls: 'never' }, 'toTypeName:1 '),
  ...table(
    { returns: 'Integer', nulls: 'maybe' },
    `toInt:1 toIntOrNull=toInt:1 toInt64OrNull:1 toInt32OrNull:1 toUInt64OrNull:1 toUInt32OrNull:1`,
  ),
  ...table(
    { returns: 'Integer' },
    `toInt8:1 toInt16:1 toInt32:1 toInt64:1 toUInt8:1 toUInt16:1 toUInt32:1 toUInt64:1 toInt64OrZero:1 toUInt64OrZero:1
    toInt32OrZero:1 toUInt32OrZero:1`,
  ),
  ...table(
    { returns: 'Float', nulls: 'maybe' },
    'toFloat:1 toFloatOrNull=toFloat:1 toFloat64OrNull:1 toFloat32OrNull:1 toDecimalOrNull=toDecimal64OrNull:2',
  ),
  ...table({ returns: 'Float' }, 'toFloat32:1 toFloat64:1 toFloat64OrZero:1 toFloatOrZero=toFloat64OrZero:1'),
  ...table({}, 'toDecimal=toDecimal64:2 toDecimal32:2 toDecimal64:2 toDecimal128:2'),
  ...table({ returns: 'UUID', nulls: 'maybe' }, 'toUUID:1 toUUIDOrNull=toUUID:1'),
  ...table({ returns: 'Boolean', nulls: 'maybe' }, 'toBool:1'),
  ...table(
    { returns: 'DateTime', nulls: 'maybe' },
    `toDateTime:1-2 toDateTimeOrNull=toDateTime:1-2 parseDateTimeBestEffort=toDateTime:1-2
    parseDateTimeBestEffortOrNull=toDateTime:1-2 parseDateTime64BestEffort=toDateTime:1-2
    parseDateTime64BestEffortOrNull=toDateTime:1-2 toDateTime64:1-3 timestamp=toDateTime:1 parseDateTime:2-3`,
  ),
  ...table(
    { returns: 'Date', nulls: 'maybe' },
    'toDate:1-2 toDateOrNull=toDate:1 date=toDate:1 to_date=toDate:1',
  ),
  ...table({}, 'accurateCastOrNull:2 cast:2'),

  // Dates and times
  ...table({ returns: 'DateTime', nulls: 'never' }, 'now:0-1 now64:0-2 NOW=now:0-1'),
  ...table({ returns: 'Date', nulls: 'never' }, 'today:0 yesterday:0'),
  ...table({ returns: 'String', nulls: 'never' }, 'timezone:0'),
  ...table(
    { returns: 'Integer' },
    `toYear:1 toQuarter:1 toMonth:1 toDayOfYear:1 toDayOfMonth:1 toDayOfWeek:1-2 toHour:1 toMinute:1 toSecond:1
    toMillisecond:1 toUnixTimestamp:1-2 toUnixTimestamp64Milli:1 toUnixTimestamp64Micro:1 toUnixTimestamp64Nano:1
    toYYYYMM:1 toYYYYMMDD:1 toYYYYMMDDhhmmss:1 toISOYear:1 toISOWeek:1 toWeek:1-2 toYearWeek:1-2 toRelativeYearNum:1
    toRelativeMonthNum:1 toRelativeWeekNum:1 toRelativeDayNum:1 toRelativeHourNum:1 toRelativeMinuteNum:1
    toRelativeSecondNum:1 dateDiff:3-4 date_diff=dateDiff:3-4 datediff=dateDiff:3-4 DATEDIFF=dateDiff:3-4 age:3-4 year=toYear:1
    quarter=toQuarter:1 month=toMonth:1 day=toDayOfMonth:1 hour=toHour:1 minute=toMinute:1 second=toSecond:1
    timeSlot:1 toTimezoneOffset=timeZoneOffset:1 timeZoneOffset:1`,
  ),
  ...table(
    { returns: 'Date' },
    `toStartOfYear:1 toStartOfISOYear:1 toStartOfQuarter:1 toStartOfMonth:1 toStartOfWeek:1-2 toMonday:1 toLastDayOfMonth:1
    toLastDayOfWeek:1-2 makeDate:3`,
  ),
  ...table(
    { returns: 'DateTime' },
    `toStartOfDay:1 toStartOfHour:1 toStartOfMinute:1 toStartOfSecond:1 toStartOfFiveMinutes:1 toStartOfTenMinutes:1
    toStartOfFifteenMinutes:1 toStartOfInterval:2-4 dateTrunc:2 date_trunc=dateTrunc:2 toTimeZone:2 toTime:1
    fromUnixTimestamp:1 fromUnixTimestamp64Milli:1-2 fromUnixTimestamp64Micro:1-2 fromUnixTimestamp64Nano:1-2
    makeDateTime:6 snowflakeIDToDateTime64:1 UUIDv7ToDateTime:1`,
  ),
  ...table(
    {},
    `addYears:2 addQuarters:2 addMonths:2 addWeeks:2 addDays:2 addHours:2 addMinutes:2 addSeconds:2 subtractYears:2
    subtractQuarters:2 subtractMonths:2 subtractWeeks:2 subtractDays:2 subtractHours:2 subtractMinutes:2
    subtractSeconds:2 dateAdd:2-3 date_add=dateAdd:2-3 dateSub:2-3 date_sub=dateSub:2-3  `,
  ),
  ...table({ returns: 'String' }, 'formatDateTime:2-3 dateName:2 monthName:1 formatReadableTimeDelta:1-2'),
  ...table(
    { returns: 'Interval' },
    `toIntervalSecond:1 toIntervalMinute:1 toIntervalHour:1 toIntervalDay:1 toIntervalWeek:1 toIntervalMonth:1
    toIntervalQuarter:1 toIntervalYear:1`,
  ),

  // Strings
  ...table(
    { returns: 'Integer' },
    `length:1 lengthUTF8:1 char_length=lengthUTF8:1 position:2-3 positionCaseInsensitive:2-3 positionUTF8:2-3
    positionCaseInsensitiveUTF8:2-3 locate:2-3 byteHammingDistance:2  countSubstrings:2-3 countSubstringsCaseInsensitive:2-3 countMatches:2
    countMatchesCaseInsensitive:2 ascii:1 levenshteinDistance:2 editDistance=levenshteinDistance:2
    multiSearchFirstIndex:2 multiSearchFirstPosition:2   JSONLength:1+`,
  ),
  ...table(
    { returns: 'String' },
    `lower:1 upper:1 lcase=lower:1 ucase=upper:1 lowerUTF8:1 upperUTF8:1 initcap:1 initcapUTF8:1 reverse:1 reverseUTF8:1
    format:1+ concat:1+ concatWithSeparator:2+ concat_ws=concatWithSeparator:2+ substring:2-3 substr=substring:2-3
    mid=substring:2-3 substringUTF8:2-3 substringIndex:3 appendTrailingCharIfAbsent:2 left:2 leftUTF8:2 right:2 rightUTF8:2
    leftPad:2-3 lpad=leftPad:2-3 rightPad:2-3 rpad=rightPad:2-3 leftPadUTF8:2-3 rightPadUTF8:2-3 repeat:2 space:1
    trim:1-2 trimLeft:1-2 trimRight:1-2 trimBoth:1-2 ltrim=trimLeft:1-2 rtrim=trimRight:1-2
    base64Encode:1 base64Decode:1 tryBase64Decode:1 base58Encode:1 encodeXMLComponent:1 decodeXMLComponent:1
    decodeHTMLComponent:1 normalizeQuery:1 normalizedQueryHash:1 replace=replaceAll:3 replaceAll:3 replaceOne:3 replaceRegexpAll:3
    replaceRegexpOne:3 regexpQuoteMeta:1 translate:3 translateUTF8:3 extract:2 regexpExtract:2-3 REGEXP_EXTRACT=regexpExtract:2-3
    normalizeUTF8NFC:1 normalizeUTF8NFD:1 normalizeUTF8NFKC:1 normalizeUTF8NFKD:1 soundex:1 toValidUTF8:1 toJSONString:1
    formatReadableSize:1 formatReadableDecimalSize:1 formatReadableQuantity:1 arrayStringConcat:1-2
    domain:1 domainWithoutWWW:1 topLevelDomain:1 protocol:1 path:1 pathFull:1 queryString:1 fragment:1 queryStringAndFragment:1
    firstSignificantSubdomain:1 cutToFirstSignificantSubdomain:1 cutWWW:1 cutQueryString:1 cutFragment:1 cutURLParameter:2
    cutQueryStringAndFragment:1 extractURLParameter:2 encodeURLComponent:1 decodeURLComponent:1 encodeURLFormComponent:1
    decodeURLFormComponent:1 netloc:1 JSONExtractString:1+ JSONExtractRaw:1+ JSON_VALUE:2 JSON_QUERY:2 visitParamExtractString=simpleJSONExtractString:2
    visitParamExtractRaw=simpleJSONExtractRaw:2 prettyPrintJSON:1`,
  ),
  ...table(
    { returns: 'Boolean' },
    `match:2 startsWith:2 endsWith:2 startsWithUTF8:2 endsWithUTF8:2 hasToken:2 hasTokenCaseInsensitive:2
    hasSubsequence:2 hasSubsequenceCaseInsensitive:2 isValidUTF8:1 multiSearchAny:2 multiSearchAnyCaseInsensitive:2
    multiMatchAny:2 isValidJSON:1 JSONHas:1+ JSONExtractBool:1+ JSON_EXISTS:2 visitParamHas=simpleJSONHas:2
    visitParamExtractBool=simpleJSONExtractBool:2 isIPv4String:1 isIPv6String:1 isIPAddressInRange:2`,
  ),
  ...table(
    { returns: 'Array', nulls: 'never' },
    `splitByChar:2-3 splitByString:2-3 splitByRegexp:2-3 splitByWhitespace:1-2 splitByNonAlpha:1-2 alphaTokens:1-2 tokens:1
    ngrams:2 extractAll:2 extractAllGroups=extractAllGroupsVertical:2 extractGroups:2 extractURLParameters:1 extractURLParameterNames:1 URLHierarchy:1
    URLPathHierarchy:1 JSONExtractArrayRaw:1+ JSONExtractKeys:1+ JSONExtractKeysAndValues:2+ JSONExtractKeysAndValuesRaw:1+`,
  ),
  ...table(
    { returns: 'Integer' },
    'JSONExtractInt:1+ JSONExtractUInt:1+ visitParamExtractInt=simpleJSONExtractInt:2',
  ),
  ...table(
    { returns: 'Float' },
    'ngramDistance:2 JSONExtractFloat:1+ visitParamExtractFloat=simpleJSONExtractFloat:2',
  ),
  ...table({}, 'JSONExtract:2+ JSONType:1+ IPv4NumToString:1 IPv4StringToNum:1 toIPv4:1 toIPv6:1'),

  // Arrays, tuples, maps
  ...table(
    { returns: 'Array', nulls: 'never' },
    `array:0+ bitPositionsToArray:1 range:1-3 arrayConcat:1+ arrayPushBack:2 arrayPushFront:2 arrayPopBack:1 arrayPopFront:1 arrayResize:2-3
    arraySlice:2-3 arraySort:1+ arrayReverseSort:1+ arrayPartialSort:2-3 arrayShuffle:1-2  arrayDistinct:1
    arrayEnumerate:1+ arrayEnumerateUniq:1+ arrayEnumerateDense:1+ arrayDifference:1 arrayReverse:1 reverseArray=arrayReverse:1
    arrayFlatten:1 flatten=arrayFlatten:1 arrayCompact:1 arrayZip:1+ arrayMap:2+ arrayFilter:2+ arrayFill:2+ arrayReverseFill:2+ arraySplit:2+
    arrayReverseSplit:2+ arrayCumSum:1+ arrayCumSumNonNegative:1+ arrayIntersect:1+ arrayWithConstant:2 emptyArrayString:0
    emptyArrayInt64:0 emptyArrayUInt64:0 emptyArrayFloat64:0   emptyArrayToSingle:1 arrayRotateLeft:2
    arrayRotateRight:2 arrayShiftLeft:2-3 arrayShiftRight:2-3 arrayRandomSample:2 mapKeys:1 mapValues:1  `,
  ),
  ...table(
    { returns: 'Boolean', nulls: 'never' },
    'has:2 hasAll:2 hasAny:2 hasSubstr:2 arrayExists:1+ arrayAll:1+ mapContains:2 mapContainsKey=mapContains:2',
  ),
  ...table(
    { returns: 'Integer', nulls: 'never' },
    'indexOf:2 arrayCount:1+ countEqual:2 arrayUniq:1+ arrayFirstIndex:2+ arrayLastIndex:2+',
  ),
  ...table(
    { nulls: 'maybe' },
    `arrayElement:2 arrayElementOrNull:2 arrayJoin:1 arrayFirst:2+ arrayLast:2+ arrayFirstOrNull:2+ arrayLastOrNull:2+ arrayMin:1+ arrayMax:1+ arraySum:1+ arrayAvg:1+
    arrayProduct:1+ arrayFold:3+  arrayAUC:2 arrayDotProduct:2 tupleElement:2-3  tupleHammingDistance:2 tuplePlus:2 tupleMinus:2 mapFromArrays:2 map:0+ mapAdd:1+
    mapSubtract:1+ mapFilter:2 mapApply:2 mapUpdate:2 L1Norm:1 L2Norm:1 L1Distance:2 L2Distance:2 cosineDistance:2 dotProduct:2`,
  ),
  ...table({ returns: 'Tuple', nulls: 'never' }, 'tuple:0+'),

  // Hashes, ids, places, chance
  ...table(
    {},
    `cityHash64:1+ xxHash32:1 xxHash64:1 murmurHash2_64:1+ murmurHash3_32:1+ murmurHash3_64:1+ murmurHash3_128:1+ sipHash64:1+ sipHash128:1+
    farmHash64:1+ javaHash:1 halfMD5:1+ MD5:1 SHA1:1 SHA224:1 SHA256:1 SHA512:1 intHash32:1 intHash64:1 metroHash64:1+ CRC32:1 CRC64:1
    greatCircleDistance:4 geoDistance:4 pointInPolygon:2+ geohashEncode:2-3 geohashDecode:1 h3ToString:1 geoToH3:3 UUIDNumToString:1 UUIDStringToNum:1`,
  ),
  ...table(
    { nulls: 'never' },
    'generateUUIDv4:0-1 generateUUIDv7:0-1  rand64:0-1 randConstant:0-1 randUniform:2 randNormal:2 rowNumberInAllBlocks:0 rowNumberInBlock:0',
  ),
  ...table({}, 'materialize:1 identity:1 bar:3-4  toModifiedJulianDay:1'),

  // Aggregates
  ...table(
    { aggregate: true, nulls: 'never', returns: 'Integer' },
    'count:0-1 uniq:1+ uniqExact:1+ uniqHLL12:1+  ',
  ),
  ...table(
    { aggregate: true, nulls: 'never', returns: 'Integer', params: { min: 0, max: 1 } },
    'uniqCombined:1+ uniqCombined64:1+',
  ),
  ...table(
    { aggregate: true },
    `any:1 anyLast:1 anyHeavy:1 first_value:1 last_value:1 any_value=any:1 min:1 max:1 sum:1 sumWithOverflow:1 sumMap=sumMappedArrays:1-2
    minMap=minMappedArrays:1-2 maxMap=maxMappedArrays:1-2 sumKahan:1 argMin:2 argMax:2 groupBitAnd:1 groupBitOr:1 groupBitXor:1 groupBitmap:1 boundingRatio:2
    deltaSum:1 deltaSumTimestamp:2 maxIntersections:2 maxIntersectionsPosition:2 rankCorr:2 singleValueOrNull:1 entropy:1 `,
  ),
  ...table(
    { aggregate: true, returns: 'Float' },
    `avg:1 avgWeighted:2 median:1 varPop:1 varSamp:1 variance=varSamp:1 var_pop=varPop:1 var_samp=varSamp:1 stddevPop:1 stddevSamp:1 stddev_pop=stddevPop:1
    stddev_samp=stddevSamp:1 stddev=stddevSamp:1 covarPop:2 covarSamp:2 corr:2 skewPop:1 skewSamp:1 kurtPop:1 kurtSamp:1
    contingency:2 cramersV:2 theilsU:2 medianTiming:1 medianTDigest:1 medianDeterministic:2`,
  ),
  // of the type of what they are given
  ...table({ aggregate: true }, 'medianExact:1 medianExactWeighted:2'),
  ...table(
    { aggregate: true, params: { min: 0, max: 1 } },
    'quantileExact:1 quantileExactLow:1 quantileExactHigh:1 quantileExactWeighted:2',
  ),
  ...table({ aggregate: true, nulls: 'never', returns: 'Tuple' }, 'simpleLinearRegression:2'),
  ...table(
    { aggregate: true, returns: 'Float', params: { min: 0, max: 1 } },
    `quantile:1 quantileExactInclusive:1 quantileTDigest:1 quantileTiming:1 quantileDeterministic:2
    quantileBFloat16:1 quantileTDigestWeighted:2 quantileTimingWeighted:2 percentile_cont=quantile:1`,
  ),
  ...table(
    { aggregate: true, returns: 'Array', nulls: 'never', params: { min: 1, max: 50 } },
    'quantiles:1 quantilesExact:1 quantilesTDigest:1 quantilesTiming:1 quantilesDeterministic:2 quantilesBFloat16:1 quantilesExactWeighted:2',
  ),
  ...table(
    { aggregate: true, returns: 'Array', nulls: 'never', params: { min: 0, max: 2 } },
    'groupArray:1 groupUniqArray:1 groupArrayLast:1 array_agg=groupArray:1 groupArrayMovingAvg:1 groupArrayMovingSum:1 topK:1 approx_top_k:1',
  ),
  ...table(
    { aggregate: true, returns: 'Array', nulls: 'never', params: { min: 1, max: 2 } },
    'groupArraySample:1',
  ),
  ...table(
    { aggregate: true, returns: 'Array', nulls: 'never' },
    'groupArrayInsertAt:2  groupArrayIntersect:1',
  ),
  ...table(
    { aggregate: true, returns: 'Array', nulls: 'never', params: { min: 0, max: 2 } },
    'groupArraySorted:1 topKWeighted:2',
  ),
  ...table({ aggregate: true, nulls: 'never', params: { min: 1, max: 4 } }, 'windowFunnel:2+ '),
  ...table({ aggregate: true, nulls: 'never' }, 'retention:1-32 sumCount:1'),
  ...table(
    { aggregate: true, returns: 'String', nulls: 'never', params: { min: 0, max: 2 } },
    'groupConcat:1',
  ),
  ...table(
    { aggregate: true, nulls: 'never', params: { min: 1, max: 1 } },
    'sequenceMatch:3+ sequenceCount:3+',
  ),
  ...table({ aggregate: true, nulls: 'never', params: { min: 1, max: 3 } }, 'histogram:1'),
  ...table(
    { aggregate: true, params: { min: 0, max: 4 } },
    'stochasticLinearRegression:2+ mannWhitneyUTest:2 studentTTest:2 welchTTest:2 exponentialMovingAverage:2',
  ),

  // Window functions
  ...table({ window: true, nulls: 'never', returns: 'Integer' }, 'row_number:0 rank:0 dense_rank:0 ntile:1'),
  ...table({ window: true, nulls: 'never', returns: 'Float' }, 'percent_rank:0 cume_dist:0'),
  ...table({ window: true, nulls: 'maybe' }, 'lag:1-3 lead:1-3 lagInFrame:1-3 leadInFrame:1-3 nth_value:2'),
])

const byLowerCase = new Map<string, string>()
for (const name of functions.keys()) {
  if (!byLowerCase.has(name.toLowerCase())) byLowerCase.set(name.toLowerCase(), name)
}

// What may follow an aggregate's name, as in `countIf` or `sumDistinctIf`, and how many arguments it adds.
const combinators: [suffix: string, addedArgs: number][] = [
  ['If', 1],
  ['OrNull', 0],
  ['OrDefault', 0],
  ['Distinct', 0],
  ['Array', 0],
  ['ForEach', 0],
  ['State', 0],
  ['Merge', 0],
]

/** Every function's name, for completion and for docs. */
export const functionNames = (): string[] => [...functions.keys()]

/** The function of that name, written exactly or in another case; undefined when a query may not call it. */
export function findFunction(name: string): HogQLFunction | undefined {
  const known = functions.get(name) ?? functions.get(byLowerCase.get(name.toLowerCase()) ?? '')
  if (known) return known
  for (const [suffix, addedArgs] of combinators) {
    if (!name.endsWith(suffix) || name.length === suffix.length) continue
    const base = findFunction(name.slice(0, -suffix.length))
    if (!base?.aggregate) continue
    return {
      ...base,
      clickhouse: base.clickhouse + suffix,
      minArgs: suffix === 'Merge' ? 1 : base.minArgs + addedArgs,
      maxArgs: suffix === 'Merge' ? 1 : base.maxArgs + addedArgs,
      nulls: suffix === 'OrNull' ? 'maybe' : base.nulls,
      returns: suffix === 'State' || suffix === 'ForEach' ? undefined : base.returns,
    }
  }
  return undefined
}

/** @throws HogQLError when there is no such function, or it takes another number of arguments. */
export function checkedFunction(
  call: { name: string; args: unknown[]; params?: unknown[]; span?: Span },
  over: boolean,
): HogQLFunction {
  const found = findFunction(call.name)
  if (!found) {
    throw new HogQLError(
      `Unsupported function call '${call.name}(...)'.${didYouMean(call.name, functions.keys())}`,
      call.span,
    )
  }
  checkCount(call.name, 'argument', call.args.length, found.minArgs, found.maxArgs, call.span)
  const params = found.params ?? { min: 0, max: 0 }
  checkCount(call.name, 'parameter', call.params?.length ?? 0, params.min, params.max, call.span)
  if (found.window && !over) {
    throw new HogQLError(`Function '${call.name}' needs a window: ${call.name}(…) over (…).`, call.span)
  }
  if (over && !found.window && !found.aggregate) {
    throw new HogQLError(`Function '${call.name}' cannot be used with a window (over …).`, call.span)
  }
  return found
}

function checkCount(name: string, what: string, count: number, min: number, max: number, span?: Span): void {
  if (count >= min && count <= max) return
  const expected =
    min === max ? `${min}` : max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`
  const plural = expected === '1' ? what : `${what}s`
  throw new HogQLError(`Function '${name}' expects ${expected} ${plural}, found ${count}.`, span)
}
