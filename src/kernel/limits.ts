// Every bound of the system in one place, with its source, so that a limit is a fact and never a surprise.
// "AWS" marks the documented quota of the original (2026); "ours" a bound that protects this server.

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

export const limits = {
  functions: {
    /** AWS: `InvokeRequest` payload of a synchronous call. */
    syncRequestBytesMax: 6 * MIB,
    /** AWS: 6 MiB + 100 bytes, the figure in its own error text. */
    syncResponseBytesMax: 6_291_556,
    /** AWS: a streamed response. */
    streamResponseBytesMax: 200 * MIB,
    /** AWS: the first bytes of a streamed response come as fast as they are made, the rest at this rate. */
    streamBurstBytes: 6 * MIB,
    streamBytesPerSecond: 2 * MIB,
    /** AWS: asynchronous payload since October 2025. */
    asyncRequestBytesMax: 1 * MIB,
    /** AWS: request of CreateFunction/UpdateFunctionCode. */
    createRequestBytesMax: 70_167_211,
    zippedBytesMax: 52_428_800,
    unzippedBytesMax: 262_144_000,
    /** AWS: how long the link to a code archive holds. */
    codeLinkSeconds: 600,
    /** Ours: entries in one package; a zip of millions of empty files is a bomb too. */
    packageFilesMax: 200_000,
    environmentBytesMax: 4 * KIB,
    memoryMbMin: 128,
    memoryMbMax: 10_240,
    memoryMbDefault: 128,
    timeoutSecondsMax: 900,
    timeoutSecondsDefault: 3,
    tmpMbMin: 512,
    tmpMbMax: 10_240,
    /** AWS: layers of one function. */
    layersMax: 5,
    /** AWS: an environment's file descriptors and processes. */
    openFilesMax: 1024,
    processesMax: 1024,
    initTimeoutMs: 10_000,
    clientContextBytesMax: 3583,
    /** AWS: bytes of log answered with LogType Tail. */
    logTailBytesMax: 4 * KIB,
    accountConcurrencyMax: 1000,
    /** AWS: what callers who wait may begin per second, for each invocation that an account, a reservation or provisioned instances may have at once. */
    requestsPerSecondAndInstance: 10,
    /** AWS: a function's concurrency grows by at most 1000 every ten seconds, refilled all the time and never saved up. */
    scalingStepMax: 1000,
    scalingPerSecond: 100,
    asyncRetriesDefault: 2,
    asyncAgeSecondsMax: 21_600,
    /** AWS: about this often a function may meet itself on an event's way before it is taken for a loop. */
    recursionVisitsMax: 16,
    resourcePolicyBytesMax: 20 * KIB,
    /** Ours: status, headers and cookies before the bytes of a response streamed over HTTP. */
    httpPreludeBytesMax: 64 * KIB,
    /** AWS: full vCPU at this much memory; CPU share is linear in memory. */
    memoryMbPerCpu: 1769,
    /** Ours: an idle instance dies after this. */
    instanceIdleMs: 10 * 60_000,
    /** Ours: an older instance ends with its event, since its credentials run out; the original replaces its own every few hours. */
    instanceAgeMsMax: 6 * 3_600_000,
    /** Ours: one log line of a function; longer ones are split. AWS splits at 256 KiB. */
    logLineBytesMax: 256 * KIB,
  },
  images: {
    /** AWS: a function's image, uncompressed, all layers together. */
    unpackedBytesMax: 10 * GIB,
    /** Ours: layers of one image; Docker makes at most 127. */
    layersMax: 256,
    /** Ours: entries of all layers of one image. */
    entriesMax: 1_000_000,
    /** The distribution specification: a registry may refuse manifests above this. */
    manifestBytesMax: 4 * MIB,
    /** Ours: the JSON that says how to start an image. */
    configBytesMax: 4 * MIB,
    /** AWS: a layer in a repository (52,000 MiB); ours is what a function's image may have. */
    layerBytesMax: 10 * GIB,
    /** Ours: pieces of one upload under way. */
    uploadPartsMax: 10_000,
    /** Ours: an upload that nobody continues is forgotten after this. */
    uploadIdleMs: 24 * 3_600_000,
  },
  http: {
    /** Ours: a request head; AWS allows 1 MB for Lambda, S3 8 KiB of user metadata. */
    headBytesMax: 64 * KIB,
    /** Ours: a buffered (not streamed) request body of any AWS protocol. */
    bodyBytesMax: 128 * MIB,
    headTimeoutMs: 30_000,
    /** Ours: nesting of JSON, XML and CBOR documents. */
    nestingMax: 128,
    /** Ours: values in one JSON or CBOR document; tiny values cost far more memory than their bytes. */
    documentValuesMax: 1_000_000,
    /** Ours: an XML body; 10 000 parts or 1000 long keys fit. */
    xmlBytesMax: 8 * MIB,
    xmlElementsMax: 250_000,
    /** Ours: parameters of one awsQuery or ec2Query request. */
    queryParametersMax: 100_000,
  },
  s3: {
    keyBytesMax: 1024,
    metadataBytesMax: 2 * KIB,
    objectBytesMax: 5 * 1024 * GIB,
    putBytesMax: 5 * GIB,
    partBytesMin: 5 * MIB,
    partsMax: 10_000,
    listKeysMax: 1000,
    deleteKeysMax: 1000,
    tagsPerObjectMax: 10,
    /** AWS: what stands before the file in an upload form. */
    postFieldsBytesMax: 20_480,
    bucketsPerAccountMax: 10_000,
    notificationConfigsMax: 100,
    /** AWS: a presigned URL lives at most a week. */
    presignedSecondsMax: 604_800,
  },
  kinesis: {
    /** AWS, since October 2025: what a stream may be set to take per record, and the default. */
    recordKibMax: 10_240,
    recordKibDefault: 1024,
    putRecordsMax: 500,
    /** AWS, since October 2025: all records of one PutRecords, partition keys included. */
    putBytesMax: 10 * MIB,
    readRecordsMax: 10_000,
    readBytesMax: 10 * MIB,
    iteratorMs: 300_000,
    /** AWS: the quota of the large regions. */
    shardsPerAccountMax: 20_000,
    shardsPerStreamMax: 10_000,
    onDemandStreamsMax: 50,
    consumersPerStreamMax: 20,
    tagsMax: 50,
    retentionHoursMin: 24,
    retentionHoursMax: 8760,
    subscriptionMs: 300_000,
    /** AWS: a subscription can be taken over once it is so old. */
    subscriptionHoldMs: 5000,
    shard: { writeBytesPerSecond: 1 * MIB, writeRecordsPerSecond: 1000, readBytesPerSecond: 2 * MIB, readCallsPerSecond: 5 },
  },
  logs: {
    putEventsMax: 10_000,
    putBytesMax: 1_048_576,
    eventBytesMax: 1_048_576,
    /** AWS: bytes added per event when a batch's size is counted. */
    eventOverheadBytes: 26,
    getEventsMax: 10_000,
    replyBytesMax: 1_048_576,
  },
  sqs: {
    /** AWS: since August 2025. The sum of a batch too. */
    messageBytesMax: MIB,
    messageBytesMin: KIB,
    batchEntriesMax: 10,
    receiveMax: 10,
    messageAttributesMax: 10,
    visibilitySecondsMax: 43_200,
    delaySecondsMax: 900,
    waitSecondsMax: 20,
    retentionSecondsMin: 60,
    retentionSecondsMax: 1_209_600,
    receivesMax: 1000,
    /** AWS: messages in flight per queue; FIFO queues had 20,000 until 2024. */
    inFlightMax: 120_000,
    dedupSeconds: 300,
    purgeEverySeconds: 60,
    /** AWS: 60 s before the name of a deleted queue can be taken again. Ours: none, for test suites recreate their queues at once. */
    recreateDelayMs: 0,
    listMax: 1000,
    tagsMax: 50,
    policyBytesMax: 8192,
    moveTasksKept: 10,
    movesPerSecondMax: 500,
  },
  sns: {
    messageBytesMax: 256 * KIB,
    batchEntriesMax: 10,
    nameMax: 256,
    displayNameMax: 100,
    tagsMax: 50,
    pageMax: 100,
  },
  events: {
    /** AWS, since 2025: all entries of one PutEvents. */
    putBytesMax: MIB,
    busesMax: 100,
    /** AWS: of one bus. */
    rulesMax: 300,
    targetsMax: 5,
    tagsMax: 50,
  },
  tables: {
    itemBytesMax: 400 * KIB,
    /** AWS: how deep lists and maps nest. */
    nestingMax: 32,
    hashKeyBytesMax: 2048,
    rangeKeyBytesMax: 1024,
    /** AWS: what a page of a query or scan looks at. */
    pageBytes: MIB,
    batchGetKeysMax: 100,
    batchGetBytesMax: 16 * MIB,
    batchWriteItemsMax: 25,
    transactionItemsMax: 100,
    transactionBytesMax: 4 * MIB,
    /** AWS: how long a transaction's token makes a repetition harmless. */
    tokenMs: 10 * 60_000,
    expressionBytesMax: 4 * KIB,
    /** AWS: operators and functions in one expression. */
    expressionOperatorsMax: 300,
    /** AWS: values behind IN. */
    inOperandsMax: 100,
    globalIndexesMax: 20,
    localIndexesMax: 5,
    /** AWS: how long records of a stream can be read, and how much at once. */
    streamHours: 24,
    streamReadBytes: MIB,
    streamReadRecords: 1000,
    iteratorMs: 15 * 60_000,
  },
  store: {
    /** Ours: an encoded key. */
    keyBytesMax: 4 * KIB,
    /** Ours: a log record. One of Kinesis is at most 10 MiB, with its key and our framing. */
    recordBytesMax: 10 * MIB + 64 * KIB,
    /** Ours: a value; larger things are blobs. Two images of a DynamoDB item, at most 400 KB each by its count, can take 6 MiB as JSON. */
    valueBytesMax: 8 * MIB,
    /** Ours: blobs up to this size live in the database and are made durable by the commit that holds them. */
    inlineBlobBytesMax: 32 * KIB,
    /** Ours: what stays free on the disk, so that data can still be deleted from it. */
    diskReserveBytes: 64 * MIB,
    listMax: 1000,
  },
} as const;
