// Outlines of the events that no published schema describes: the members that must be there, and of which kind they are.

/** `name` a text, `name:n` a number, `name:b` a truth value, `name{…}` an object, `name[…]` a list of such objects, `name[]` a list, `name*` anything. Others may be there too. */
export const outlines: Readonly<Record<string, string>> = {
  "s3-object-lambda:*": "xAmzRequestId configuration{accessPointArn supportingAccessPointArn payload} userRequest{url headers{Host Accept-Encoding X-Amz-Content-SHA256}} userIdentity{type principalId arn accountId accessKeyId} protocolVersion",
  "s3-batch:v1": "invocationSchemaVersion invocationId job{id} tasks[taskId s3Key s3VersionId s3BucketArn]",
  "s3-batch:v2": "invocationSchemaVersion invocationId job{id userArguments{}} tasks[taskId s3Key s3VersionId s3Bucket]",
  "s3:restore": "Records[glacierEventData{restoreEventData{lifecycleRestorationExpiryTime lifecycleRestoreStorageClass}}]",
  "s3:lifecycle": "Records[lifecycleEventData{transitionEventData{destinationStorageClass}}]",
  "s3:intelligent-tiering": "Records[intelligentTieringEventData{destinationAccessTier}]",
  "s3:replication": "Records[replicationEventData{replicationRuleId destinationBucket s3Operation requestTime failureReason}]",
  "dynamodb:window": "Records[] window{start end} state{} shardId eventSourceARN isFinalInvokeForWindow:b isWindowTerminatedEarly:b",
  "kinesis:window": "Records[] window{start end} state{} shardId eventSourceARN isFinalInvokeForWindow:b isWindowTerminatedEarly:b",
  "kinesis:analytics": "invocationId applicationArn records[recordId data]",
  "apigw:v2-authorizer-v1": "version type methodArn identitySource authorizationToken resource path httpMethod headers{} queryStringParameters{} pathParameters{} stageVariables{} requestContext{path accountId resourceId stage requestId identity{sourceIp clientCert{}} resourcePath httpMethod apiId}",
  "apigw:v2-jwt": "requestContext{authorizer{jwt{claims{} scopes[]}}}",
  "apigw:v2-iam": "requestContext{authorizer{iam{accessKey accountId callerId userArn userId}}}",
  "apigw:v2-lambda": "requestContext{authorizer{lambda{}}}",
  "apigw:websocket-connect": "headers{} multiValueHeaders{} requestContext{routeKey eventType extendedRequestId requestTime messageDirection stage connectedAt:n requestTimeEpoch:n identity{userAgent sourceIp} requestId domainName connectionId apiId} isBase64Encoded:b",
  "apigw:websocket-message": "requestContext{routeKey messageId eventType connectedAt:n connectionId apiId domainName} body isBase64Encoded:b",
  "apigw:websocket-disconnect": "requestContext{routeKey disconnectStatusCode:n disconnectReason eventType connectionId}",
  "url:iam": "version rawPath rawQueryString cookies[] headers{} requestContext{accountId apiId authorizer{iam{accessKey accountId callerId userArn userId}} domainName domainPrefix http{method path protocol sourceIp userAgent} requestId time timeEpoch:n} body isBase64Encoded:b",
  "cognito:pre-signup-admin": "version triggerSource region userPoolId userName callerContext{awsSdkVersion clientId} request{userAttributes{} clientMetadata{}} response{autoConfirmUser:b autoVerifyEmail:b autoVerifyPhone:b}",
  "cognito:post-confirmation-password": "version triggerSource region userPoolId userName callerContext{awsSdkVersion clientId} request{userAttributes{} clientMetadata{}} response{}",
  "cognito:migrate-user-password": "version triggerSource region userPoolId userName callerContext{awsSdkVersion clientId} request{password* validationData* clientMetadata{}} response{userAttributes* finalUserStatus* messageAction* desiredDeliveryMediums* forceAliasCreation*}",
  "cognito:federation-oidc": "version triggerSource region userPoolId userName callerContext{awsSdkVersion clientId} request{providerName providerType attributes{tokenResponse{access_token token_type expires_in} idToken{sub email email_verified} userInfo{}}} response{userAttributesToMap{}}",
  "cognito:federation-saml": "version triggerSource region userPoolId userName callerContext{awsSdkVersion clientId} request{providerName providerType attributes{samlResponse{}}} response{userAttributesToMap{}}",
  "cognito:sync": "version:n eventType region identityPoolId identityId datasetName datasetRecords{}",
  "ses:*": "Records[eventVersion eventSource ses{mail{commonHeaders{from[] to[] returnPath messageId date subject} source timestamp destination[] headers[name value] headersTruncated:b messageId} receipt{recipients[] timestamp spamVerdict{status} dkimVerdict{status} dmarcVerdict{status} dmarcPolicy processingTimeMillis:n action{type} spfVerdict{status} virusVerdict{status}}}]",
  "eventbridge:scheduler": "job dryRun:b",
  "eventbridge:schedule": "version id detail-type source account time region resources[] detail{}",
  "eventbridge:ecs": "detail{agentConnected:b attributes[name] clusterArn containerInstanceArn ec2InstanceId registeredResources[name type integerValue:n] remainingResources[] status version:n versionInfo{agentHash agentVersion dockerVersion} updatedAt}",
  "ecr:push": "detail{result repository-name image-digest action-type image-tag}",
  "ecr:scan": "detail{scan-status repository-name finding-severity-counts{CRITICAL:n HIGH:n MEDIUM:n LOW:n INFORMATIONAL:n UNDEFINED:n} image-digest image-tags[]}",
  "autoscaling:launch": "detail{StatusCode Description AutoScalingGroupName ActivityId Details{} RequestId StatusMessage EndTime EC2InstanceId StartTime Cause}",
  "autoscaling:launch-hook": "detail{LifecycleActionToken AutoScalingGroupName LifecycleHookName EC2InstanceId LifecycleTransition NotificationMetadata}",
  "config:*": "invokingEvent ruleParameters resultToken eventLeftScope:b executionRoleArn configRuleArn configRuleName configRuleId accountId version",
  "codepipeline:job": "CodePipeline.job{id accountId data{actionConfiguration{configuration{FunctionName UserParameters}} inputArtifacts[location{s3Location{bucketName objectKey} type} name] outputArtifacts[] artifactCredentials{secretAccessKey sessionToken accessKeyId} continuationToken}}",
  "codepipeline:action": "detail{pipeline version:n execution-id stage action state region type{owner category provider version:n}}",
  "codecommit:push": "Records[eventId eventVersion eventTime eventTriggerName eventPartNumber:n codecommit{references[commit ref]} eventName eventTriggerConfigId eventSourceARN userIdentityARN eventSource awsRegion eventTotalParts:n]",
  "codebuild:state": "detail{build-status project-name build-id additional-information{artifact{md5sum sha256sum location} environment{image privileged-mode:b compute-type type environment-variables[]} timeout-in-minutes:n build-complete:b build-number:n initiator build-start-time source{location type} source-version logs{group-name stream-name deep-link} phases[phase-context[] start-time end-time duration-in-seconds:n phase-type phase-status]} current-phase version}",
  "codebuild:phase": "detail{completed-phase project-name build-id completed-phase-context completed-phase-status completed-phase-duration-seconds:n version completed-phase-start completed-phase-end}",
  "codedeploy:instance": "detail{instanceId region state application deploymentId instanceGroupId deploymentGroup}",
  "secretsmanager:*": "Step SecretId ClientRequestToken RotationToken",
  "appsync:authorizer": "authorizationToken requestContext{apiId accountId requestId queryString operationName variables{}}",
  "appsync:resolver-key": "arguments{} identity* source* request{headers{}} prev* info{selectionSetList[] selectionSetGraphQL parentTypeName fieldName variables{}} stash{}",
  "lattice:v2": "version path method headers{accept[]} queryStringParameters{notify[]} body isBase64Encoded:b requestContext{serviceNetworkArn serviceArn targetGroupArn region identity{sourceVpcArn type principal} timeEpoch}",
  "connect:contact": "Name Details{Parameters{} ContactData{ContactId InitialContactId PreviousContactId Channel InstanceARN InitiationMethod SystemEndpoint{Type Address} CustomerEndpoint{Type Address} Queue{Name ARN} Attributes{}}}",
  "lex:v1": "currentIntent{name slots{} slotDetails{} confirmationStatus} bot{name alias version} userId inputTranscript invocationSource outputDialogMode messageVersion sessionAttributes{} requestAttributes{}",
  "lex:v2": "messageVersion invocationSource inputMode sessionId inputTranscript bot{id name aliasId localeId version} interpretations[] sessionState{intent{name slots{} state confirmationState}}",
  "alexa:launch": "version session{new:b sessionId application{applicationId} attributes{} user{userId}} context{AudioPlayer{playerActivity} System{application{applicationId} user{userId} device{supportedInterfaces{}} apiEndpoint apiAccessToken}} request{type requestId timestamp locale}",
  "alexa:intent": "session{new:b} request{type requestId timestamp locale intent{name confirmationStatus slots{Item{name value}}}}",
  "alexa:end": "request{type reason}",
  "alexa:smart-home-discovery": "directive{header{namespace name payloadVersion messageId} payload{scope{type token}}}",
  "alexa:smart-home-on": "directive{header{namespace name payloadVersion messageId correlationToken} endpoint{scope{type token} endpointId cookie{}} payload{}}",
  "alexa:smart-home-off": "directive{header{namespace name payloadVersion messageId correlationToken} endpoint{scope{type token} endpointId cookie{}} payload{}}",
  "iot:rule": "device temperature:n timestamp:n",
  "iot:button": "serialNumber clickType batteryVoltage",
  "iot:one-click": "deviceEvent{buttonClicked{clickType reportedTime}} deviceInfo{attributes{} type deviceId remainingLife:n} placementInfo{projectName placementName attributes{} devices{}}",
  "iot:authorizer": "token signatureVerified:b protocols[] protocolData{tls{serverName} http{headers{} queryString} mqtt{username password clientId}} connectionMetadata{id}",
  "iot:provision": "claimCertificateId certificateId certificatePem templateArn clientId parameters{}",
  "activemq:messages": "eventSource eventSourceArn messages[messageID messageType timestamp:n deliveryMode:n correlationID replyTo destination{physicalName} redelivered:b type expiration:n priority:n data brokerInTime:n brokerOutTime:n properties{}]",
  "rabbitmq:messages": "eventSource eventSourceArn rmqMessagesByQueue{orders::/[basicProperties{contentType contentEncoding* headers{} deliveryMode:n priority:n correlationId* replyTo* expiration messageId* timestamp type* userId appId* clusterId* bodySize:n} redelivered:b data]}",
  "cloudfront:*": "Records[cf{config{distributionDomainName distributionId eventType requestId} request{clientIp headers{host[key value]} method querystring uri}}]",
  "cloudfront:origin-request": "Records[cf{request{origin{custom{domainName port:n protocol path readTimeout:n keepaliveTimeout:n sslProtocols[]}}}}]",
  "cloudfront:viewer-response": "Records[cf{response{status statusDescription headers{}}}]",
  "client-vpn:connect": "connection-id endpoint-id common-name username platform platform-version public-ip client-openvpn-version schema-version",
};

/** What is missing or of another kind, by path; empty when all is there. */
export function fits(value: unknown, outline: string): readonly string[] {
  const words = outline.match(/[{}[\]]|[^\s{}[\]]+/g) ?? [];
  const complaints: string[] = [];
  let at = 0;
  const members = (subjects: readonly unknown[], path: string, end: string): void => {
    while (at < words.length && words[at] !== end) {
      const [, name = "", kind] = /^(.+?)(:n|:b|\*)?$/.exec(words[at++] ?? "") ?? [];
      const where = path === "" ? name : `${path}.${name}`;
      const found = subjects.map((subject) => (typeof subject === "object" && subject !== null ? (subject as Readonly<Record<string, unknown>>)[name] : undefined));
      if (words[at] === "{") {
        at++;
        if (!found.every((each) => typeof each === "object" && each !== null && !Array.isArray(each))) complaints.push(`${where} is no object`);
        members(found, where, "}");
      } else if (words[at] === "[") {
        at++;
        if (!found.every((each) => Array.isArray(each))) complaints.push(`${where} is no list`);
        members(found.flatMap((each) => (Array.isArray(each) ? (each as unknown[]) : [])), where, "]");
      } else if (!found.every((each) => isOf(each, kind))) complaints.push(`${where} is ${JSON.stringify(found)}`);
    }
    at++;
  };
  members([value], "", "");
  return complaints;
}

function isOf(value: unknown, kind: string | undefined): boolean {
  if (kind === "*") return value !== undefined;
  return typeof value === (kind === ":n" ? "number" : kind === ":b" ? "boolean" : "string");
}
