/* The statements of the agent DDL.
 *
 * Every decision is taken by one token (LL(1)), so the generated parser consists of plain switches and never predicts;
 * a build check counts calls of adaptivePredict and asks for none. To keep it so: no two alternatives begin with the same
 * token, a repeated choice is a rule of its own (`tail*` and not `(a | b)*`), and a name stands where a name must stand
 * and nowhere else, which is also why every keyword may be a name.
 *
 * Each clause is a rule that begins with its keyword: the reporter parses a faulty statement clause by clause.
 * Repeats of a clause in a tail, and which clauses are required beside which others, are decided in
 * compiler/syntax. The tree is not built; labels carry what the AST is made of.
 */
parser grammar AgentDdlParser;
options { tokenVocab = AgentDdlLexer; }

statement
  : K_CREATE created=creation SEMI
  | K_ALTER K_SETTLEMENT K_POLICY altered=alterPolicy SEMI
  ;
creation
  : K_AGENT object=agentObject
  | K_SETTLEMENT K_POLICY policy=createPolicy
  ;
agentObject
  : K_WORKFLOW flow=workflow
  | K_CONTEXT data=context
  | K_CAPABILITY action=capability
  ;

// ---- workflow ----

workflow
  : name=qualifiedName
    version=versionClause?
    description=descriptionClause?
    session=sessionClause
    allowed=allowedClause
    external=externalActionsClause?
    tails+=workflowTail*
  ;
versionClause : K_VERSION text=STRING ;
descriptionClause : K_DESCRIPTION text=STRING ;
sessionClause : K_SESSION K_REQUIRE keys+=ident (COMMA keys+=ident)* ;
allowedClause : K_ALLOWED K_CAPABILITIES LPAREN names+=qualifiedName (COMMA names+=qualifiedName)* RPAREN ;
externalActionsClause
  : K_ALLOWED K_EXTERNAL K_ACTIONS LPAREN names+=qualifiedName (COMMA names+=qualifiedName)* RPAREN
  ;
workflowTail
  : evidence=evidenceRequiredClause
  | branch=autoBranchClause
  | checkpoint=checkpointClause
  | risk=riskClause
  | retention=retentionClause
  ;
evidenceRequiredClause : K_EVIDENCE K_REQUIRED ;
autoBranchClause : K_AUTO K_BRANCH K_ON K_PROPOSAL ;
checkpointClause : K_CHECKPOINT K_EVERY K_STEP ;
riskClause : K_ON K_RISK level=ident K_REQUIRE needed=approvals (K_ROLE role=STRING)? ;
approvals : K_APPROVAL | quorum=INTEGER (K_APPROVALS | K_APPROVAL) ;
retentionClause : K_RETENTION items+=retentionItem (COMMA items+=retentionItem)* ;
retentionItem : what=(K_RUNS | K_EVIDENCE) days=INTEGER K_DAYS ;

// ---- context ----

context
  : name=qualifiedName
    root=rootClause
    lookup=contextLookupClause
    binds+=bindClause*
    related+=relatedClause*
    slots=slotsClause
    evidence=evidenceClause?
  ;
rootClause : K_ROOT table=tableRef K_AS alias=ident ;
contextLookupClause : K_LOOKUP field=fieldRef EQ source=valueSource ;
bindClause : K_BIND name=ident K_FROM K_SESSION key=ident ;
relatedClause : joined=includeClause | found=searchClause ;
includeClause : K_INCLUDE table=tableRef K_AS alias=ident K_ON left=fieldRef EQ right=fieldRef ;
searchClause
  : K_SEARCH table=tableRef K_AS alias=ident K_USING K_HYBRID LPAREN column=fieldRef RPAREN
    K_QUERY query=searchQuery
    (K_FILTER filters+=searchFilter (COMMA filters+=searchFilter)*)?
    (K_TOP top=INTEGER)?
  ;
searchQuery : K_ARG name=ident | K_VALUE value=literal | text=STRING ;
searchFilter : field=fieldRef EQ source=valueSource ;
slotsClause : K_OUTPUT K_SLOTS slots+=slot (COMMA slots+=slot)* ;
slot : name=ident K_AS field=fieldRef ;
evidenceClause : K_EVIDENCE toggle=(K_ON | K_OFF) ;

// ---- capability ----

capability
  : name=qualifiedName
    version=versionClause?
    description=descriptionClause
    inputs+=inputClause*
    use=useClause
    execution=executionClause
    tails+=capabilityTail*
  ;
inputClause : visible=argClause | hidden=hiddenClause ;
argClause : K_ARG name=ident type=argType settings+=argOption* ;
argType : name=ident (LPAREN length=INTEGER (COMMA scale=INTEGER)? RPAREN)? ;
argOption
  : required=K_REQUIRED
  | K_MAX most=argMaximum
  | K_MIN least=literal
  | K_ENUM LPAREN values+=literal (COMMA values+=literal)* RPAREN
  | K_DESCRIPTION text=STRING
  ;
argMaximum : K_LENGTH length=INTEGER | value=literal ;
hiddenClause : K_HIDDEN name=ident K_FROM K_SESSION key=ident ;
useClause : K_USE K_CONTEXT name=qualifiedName ;
executionClause : K_EXECUTION (read=K_READ K_ONLY | K_PROPOSAL) ;
capabilityTail
  : budget=budgetClause
  | decide=planClause
  | shape=returnsClause
  | profile=profileClause
  | aliases=aliasesClause
  | evidence=inlineClause
  | write=writeProposal
  ;
budgetClause : K_TOKEN K_BUDGET items+=budgetItem (COMMA items+=budgetItem)* ;
budgetItem : K_MAX limit=budgetLimit count=INTEGER | K_PREFER handles=K_HANDLES ;
budgetLimit : output=K_OUTPUT K_TOKENS | inlined=K_INLINE K_EVIDENCE K_ITEMS | reason=K_REASON K_COUNT ;
returnsClause : K_RETURNS K_JSON text=STRING ;
profileClause : K_PROFILE name=ident ;
aliasesClause : K_FIELD K_ALIASES aliases+=fieldAlias (COMMA aliases+=fieldAlias)* ;
fieldAlias : field=ident K_AS alias=ident ;
inlineClause : K_INLINE K_EVIDENCE name=ident ;

// ---- plan ----

planClause
  : K_PLAN
    decision=defaultClause
    steps+=stepClause*
    rules+=ruleClause*
    payload=payloadClause?
    evidence=planEvidenceClause?
    end=endPlanClause
  ;
endPlanClause : K_END K_PLAN ;
defaultClause : K_DEFAULT K_DECISION name=ident ;
stepClause : scan=scanClause | exists=existsClause | hybrid=hybridClause ;
scanClause
  : K_SCAN name=ident K_FROM table=tableRef K_AS alias=ident
    K_WHERE where+=predicate (K_AND where+=predicate)*
    K_OUTPUT outputs+=planOutput (COMMA outputs+=planOutput)*
  ;
existsClause
  : K_EXISTS name=ident K_FROM table=tableRef K_AS alias=ident
    K_WHERE where+=predicate (K_AND where+=predicate)*
  ;
hybridClause
  : K_HYBRID_SEARCH name=ident K_TABLE table=tableRef K_COLUMN column=ident
    K_QUERY query=searchQuery K_LIMIT limit=INTEGER
    (K_FILTER filters+=planFilter (COMMA filters+=planFilter)*)?
  ;
predicate : K_FIELD field=fieldRef EQ right=operand ;
planOutput : name=ident EQ K_FIELD field=fieldRef ;
planFilter : column=ident EQ right=operand ;
operand : K_ARG name=ident | K_FIELD field=fieldRef | value=literal ;
ruleClause
  : K_RULE decision=ident K_REASON reason=ident (K_DETAIL detail=STRING)?
    K_WHEN when+=condition (K_AND when+=condition)*
    (terminal=K_TERMINAL (prior=K_REQUIRE K_NO K_PRIOR K_REASONS)?)?
  ;
condition : left=conditionLeft relation=relop right=literal ;
conditionLeft : K_FIELD field=fieldRef | K_STEP_COUNT step=ident ;
payloadClause : K_PAYLOAD results+=planResult (COMMA results+=planResult)* ;
planEvidenceClause : K_EVIDENCE results+=planResult (COMMA results+=planResult)* ;
planResult : name=ident EQ what=(K_STEP_OUTPUT | K_STEP_COUNT) step=ident ;

// ---- write proposal ----

writeProposal
  : head=writeClause
    operation=operationClause
    lookup=writeLookupClause?
    tenant=tenantClause?
    columns=columnsClause?
    tails+=writeTail*
  ;
writeClause : K_WRITE K_PROPOSAL K_TARGET table=tableRef ;
operationClause : K_OPERATION what=(K_UPDATE | K_INSERT | K_DELETE) ;
writeLookupClause : K_LOOKUP column=ident K_FROM source=valueSource ;
tenantClause : K_TENANT column=ident K_FROM source=valueSource ;
columnsClause : K_COLUMNS columns+=writeColumn (COMMA columns+=writeColumn)* ;
writeColumn : column=ident K_FROM source=valueSource ;
writeTail
  : guard=guardClause
  | bound=boundClause
  | transition=transitionClause
  | audit=auditClause
  | summary=summaryClause
  ;
guardClause : K_CONFLICT K_GUARD column=ident image=K_IMAGE? ;
boundClause : K_BOUND column=ident settings+=boundOption+ ;
boundOption : K_MIN least=literal | K_MAX most=literal ;
transitionClause : K_TRANSITION column=ident K_ALLOW steps+=transitionStep (COMMA steps+=transitionStep)* ;
transitionStep : from=STRING K_TO to=STRING ;
auditClause : K_AUDIT table=tableRef ;
summaryClause : K_SUMMARY K_TEMPLATE text=STRING ;

// ---- settlement policy ----

createPolicy
  : name=qualifiedName
    place=scopeClause
    branch=branchClause
    tails+=policyTail*
    otherwise=elseClause
  ;
alterPolicy
  : name=qualifiedName
    K_SET branch=branchClause
    tails+=policyTail*
    otherwise=elseClause
  ;
scopeClause : K_FOR what=(K_CAPABILITY | K_WORKFLOW) name=qualifiedName ;
branchClause : K_TARGET K_BRANCH name=ident ;
policyTail : automatic=autoClause | limit=limitClause ;
autoClause : K_AUTO act=autoAct ;
autoAct
  : K_APPROVE K_WHEN when+=policyCondition (K_AND when+=policyCondition)*
  | commit=K_COMMIT
  | merge=K_MERGE
  ;
policyCondition : K_PAYLOAD path+=ident (DOT path+=ident)* relation=relop right=literal ;
limitClause : K_LIMIT what=limitAmount K_PER object=K_OBJECT? K_DAY ;
limitAmount : amount=INTEGER | K_TOTAL column=ident total=number ;
elseClause : K_ELSE K_LEAVE K_PROPOSED ;

// ---- values and names ----

valueSource : key=(K_SESSION | K_ARG | K_BINDING) name=ident | K_VALUE value=literal ;
literal : text=STRING | value=number | word=(K_TRUE | K_FALSE | K_NULL) ;
number : sign=(PLUS | MINUS)? digits=(INTEGER | DECIMAL) ;
relop : EQ | NE | LT | LE | GT | GE ;

qualifiedName : first=ident (DOT second=ident)? ;
tableRef : first=ident (DOT second=ident)? ;
fieldRef : alias=ident DOT column=ident ;

ident
  : IDENT | QUOTED_IDENT | BACKTICK_IDENT
  | K_CREATE | K_ALTER | K_AGENT | K_WORKFLOW | K_CONTEXT | K_CAPABILITY | K_SETTLEMENT | K_POLICY
  | K_VERSION | K_DESCRIPTION | K_SESSION | K_REQUIRE | K_ALLOWED | K_CAPABILITIES | K_EXTERNAL | K_ACTIONS | K_EVIDENCE | K_REQUIRED | K_AUTO | K_BRANCH | K_ON | K_OFF | K_PROPOSAL | K_CHECKPOINT | K_EVERY | K_STEP | K_RISK | K_APPROVAL | K_APPROVALS | K_ROLE | K_RETENTION | K_RUNS | K_DAYS
  | K_ROOT | K_AS | K_LOOKUP | K_BIND | K_FROM | K_INCLUDE | K_SEARCH | K_USING | K_HYBRID | K_QUERY | K_FILTER | K_TOP | K_OUTPUT | K_SLOTS | K_ARG | K_BINDING | K_VALUE
  | K_HIDDEN | K_USE | K_EXECUTION | K_READ | K_ONLY | K_MIN | K_MAX | K_LENGTH | K_ENUM | K_TOKEN | K_BUDGET | K_TOKENS | K_INLINE | K_ITEMS | K_REASON | K_COUNT | K_PREFER | K_HANDLES | K_RETURNS | K_JSON | K_PROFILE | K_FIELD | K_ALIASES
  | K_PLAN | K_END | K_DEFAULT | K_DECISION | K_SCAN | K_EXISTS | K_HYBRID_SEARCH | K_WHERE | K_AND | K_TABLE | K_COLUMN | K_LIMIT | K_RULE | K_DETAIL | K_WHEN | K_STEP_COUNT | K_STEP_OUTPUT | K_TERMINAL | K_NO | K_PRIOR | K_REASONS | K_PAYLOAD
  | K_WRITE | K_TARGET | K_OPERATION | K_UPDATE | K_INSERT | K_DELETE | K_TENANT | K_COLUMNS | K_CONFLICT | K_GUARD | K_BEFORE | K_IMAGE | K_BOUND | K_TRANSITION | K_ALLOW | K_TO | K_AUDIT | K_SUMMARY | K_TEMPLATE
  | K_FOR | K_SET | K_APPROVE | K_COMMIT | K_MERGE | K_ELSE | K_LEAVE | K_PROPOSED | K_TOTAL | K_PER | K_OBJECT | K_DAY
  | K_TRUE | K_FALSE | K_NULL
  ;
