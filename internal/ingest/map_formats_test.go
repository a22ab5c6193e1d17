package ingest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/problem"
)

const composeBase = `
x-wait: &wait
  depends_on: {db: {condition: service_healthy}}
services:
  base: {image: "shop/base:1", depends_on: [cache], environment: {DB_PASSWORD: hunter2}}
  web:
    <<: *wait
    extends: {service: base}
    links: ["mail:smtp"]
    profiles: [full]
  db:
  cache: {network_mode: "service:web"}
include: [other.yaml]
`

const composeOver = `
services:
  web:
    depends_on:
      db: {condition: service_started, required: false}
      queue: {condition: service_started}
  cache: {image: "cache:2"}
`

const manifests = `
apiVersion: v1
kind: ConfigMap
metadata: {name: where}
data: {DB: "postgres://app:hunter2@db:5432/x", ELSE: "1"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - image: shop/web:1
        env:
        - {name: DATABASE, valueFrom: {configMapKeyRef: {name: where, key: DB}}}
        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: s, key: p}}}
        - {name: PAY_ADDR, value: "pay.shop.svc.cluster.local:80"}
        - {name: SELF_ADDR, value: "localhost:1"}
        - {name: HOOK, value: "https://hooks.example.com/x"}
        - {name: LEVEL, value: "info"}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: database}, spec: {template: {metadata: {labels: {app: db}}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {app: db}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {p: aHVudGVyMg==}}
---
apiVersion: v1
kind: List
items:
- {apiVersion: batch/v1, kind: CronJob, metadata: {name: pay, namespace: shop}, spec: {jobTemplate: {spec: {template: {}}}}}
- {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: in}, spec: {rules: [{host: a.example, http: {paths: [{backend: {service: {name: web}}}]}}]}}
`

const bomJSON = `{"bomFormat":"CycloneDX","specVersion":"1.6",
 "metadata":{"component":{"bom-ref":"app","type":"application","name":"App"}},
 "components":[{"bom-ref":"lib","type":"library","name":"left-pad"},{"bom-ref":"drv","type":"library","name":"driver"}],
 "services":[{"bom-ref":"a","name":"A","authenticated":true,"endpoints":["https://a"],"data":[{"flow":"inbound","classification":"PII","source":["app"]}],
   "services":[{"bom-ref":"b","name":"B"}]}],
 "dependencies":[{"ref":"app","dependsOn":["a","lib"]},{"ref":"a","dependsOn":["drv","gone"]},{"ref":"lib","dependsOn":["drv"]}]}`

const bomXML = `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5">
 <metadata><component type="application" bom-ref="app"><name>App</name></component></metadata>
 <components><component type="library" bom-ref="lib"><name>left-pad</name></component><component type="library" bom-ref="drv"><name>driver</name></component></components>
 <services><service bom-ref="a"><name>A</name><endpoints><endpoint>https://a</endpoint></endpoints><authenticated>true</authenticated>
  <data><dataflow name="x"><classification flow="inbound">PII</classification><source><url>app</url></source></dataflow></data>
  <services><service bom-ref="b"><name>B</name></service></services></service></services>
 <dependencies><dependency ref="app"><dependency ref="a"/><dependency ref="lib"/></dependency>
  <dependency ref="a"><dependency ref="drv"/><dependency ref="gone"/></dependency><dependency ref="lib"><dependency ref="drv"/></dependency></dependencies></bom>`

const terraformState = `{"format_version":"1.0","terraform_version":"1.9.0","values":{"root_module":{
 "resources":[
  {"address":"aws_db_instance.main","mode":"managed","type":"aws_db_instance","name":"main","values":{"engine":"postgres","password":"hunter2","name":"orders","instance_class":"db.m5"},"sensitive_values":{"password":true}},
  {"address":"aws_instance.web[0]","mode":"managed","type":"aws_instance","name":"web","values":{"user_data":"hunter2","tags":{"Name":"web-1","token":"hunter2"},"region":"hunter2"},"sensitive_values":{"region":true},"depends_on":["aws_db_instance.main","aws_iam_role.gone"]}],
 "child_modules":[{"address":"module.edge","resources":[{"address":"module.edge.aws_lb.lb","mode":"managed","type":"aws_lb","name":"lb","values":{},"depends_on":["aws_instance.web"]}]}]}}}`

const terraformPlan = `{"format_version":"1.2","planned_values":{"root_module":{"resources":[
  {"address":"a_vm.one","mode":"managed","type":"a_vm","name":"one","values":{}},{"address":"a_db.two","mode":"managed","type":"a_db","name":"two","values":{}}]}},
 "configuration":{"root_module":{"resources":[{"address":"a_vm.one","expressions":{"db":[{"host":{"references":["a_db.two.host","a_db.two","var.x"]}}]}}]}}}`

const netboxDevices = `{"count":2,"results":[
 {"id":1,"url":"https://n/api/dcim/devices/1/","name":"fw-1","status":{"value":"active","label":"Active"},"role":{"id":3,"url":"https://n/api/dcim/device-roles/3/","name":"Firewall"},
  "site":{"id":9,"url":"https://n/api/dcim/sites/9/","display":"Rome","name":"Rome"},"tags":[{"name":"edge"}]},
 {"id":2,"url":"https://n/api/dcim/racks/2/","name":"rack"}]}`

const netboxCircuits = `[{"id":4,"url":"https://n/api/circuits/circuits/4/","cid":"C-4","provider":{"id":7,"url":"https://n/api/circuits/providers/7/","name":"Telco"},
 "termination_a":{"id":1,"url":"https://n/api/circuits/circuit-terminations/1/","site":{"id":9,"url":"https://n/api/dcim/sites/9/","name":"Rome"}},"termination_z":null}]`

const cmdbItems = `sys_id,name,sys_class_name,operational_status,busines_criticality
s1,Orders,cmdb_ci_service,Operational,1 - most critical
s2,db01,cmdb_ci_db_instance,Operational,
s3,twin,cmdb_ci_server,,
s4,twin,cmdb_ci_server,,
`

const cmdbRelations = "Parent;Child;Type\nOrders;db01;Depends on::Used by\ns2;twin;Runs on::Runs\nOrders;nowhere;Contains::Contained by\n"

func TestEveryFormatIsRead(t *testing.T) {
	for _, c := range []struct {
		reader          string
		files           []string
		edges, dangling []string
		nodes           int
	}{
		{
			"compose",
			[]string{"over.yaml", composeOver, "compose.yaml", composeBase},
			[]string{"base|cache|depends_on", "cache|web|network_mode", "web|cache|depends_on", "web|db|depends_on", "web|mail|links", "web|queue|depends_on"},
			[]string{"compose.yaml|9|links|mail", "over.yaml|6|depends_on|queue", "compose.yaml|13|include|other.yaml"},
			4,
		},
		{
			"kubernetes",
			[]string{"all.yaml", manifests},
			[]string{"in|web|backend", "web|database|env:DATABASE", "web|hooks.example.com|env:HOOK", "web|shop/pay|env:PAY_ADDR"},
			[]string{"all.yaml|22|HOOK|hooks.example.com"},
			4,
		},
		{"cyclonedx", []string{"bom.json", bomJSON}, []string{"app|a|dataFlow", "app|a|dependsOn", "a|drv|dependsOn", "a|gone|dependsOn"}, []string{"bom.json|6|dependencies.dependsOn|gone"}, 4},
		{"cyclonedx", []string{"bom.xml", bomXML}, []string{"app|a|dataFlow", "app|a|dependsOn", "a|drv|dependsOn", "a|gone|dependsOn"}, []string{"bom.xml|1|dependencies.dependsOn|gone"}, 4},
		{
			"terraform",
			[]string{"state.json", terraformState},
			[]string{"aws_instance.web[0]|aws_db_instance.main|depends_on", "aws_instance.web[0]|aws_iam_role.gone|depends_on", "module.edge.aws_lb.lb|aws_instance.web[0]|depends_on"},
			[]string{"state.json|4|depends_on|aws_iam_role.gone"},
			3,
		},
		{"terraform", []string{"plan.json", terraformPlan}, []string{"a_vm.one|a_db.two|references"}, nil, 2},
		{"netbox", []string{"d.json", netboxDevices, "c.json", netboxCircuits}, []string{"circuit:4|provider:7|provider", "circuit:4|site:9|termination_a", "device:1|site:9|site"}, nil, 4},
		{
			"cmdb",
			[]string{"ci.csv", cmdbItems, "rel.csv", cmdbRelations},
			[]string{"s1|nowhere|Contains::Contained by", "s1|s2|Depends on::Used by", "s2|twin|Runs on::Runs"},
			[]string{"rel.csv|3|child|twin", "rel.csv|4|child|nowhere"},
			4,
		},
		{"cmdb", []string{"rel.csv", cmdbRelations}, []string{"Orders|db01|Depends on::Used by", "Orders|nowhere|Contains::Contained by", "s2|twin|Runs on::Runs"}, nil, 5},
		{"dependencies", []string{"zipkin.json", `[{"parent":"a","child":"b","callCount":3,"errorCount":1},` + "\n" + `{"parent":"b","child":"c"}]`}, []string{"a|b|calls", "b|c|calls"}, nil, 3},
		{"dependencies", []string{"jaeger.json", `{"data":[{"parent":"a","child":"b","callCount":3}],"errors":null}`}, []string{"a|b|calls"}, nil, 2},
		{"openlineage", []string{"events.ndjson", `{"eventType":"START","job":{"namespace":"n","name":"j"},"inputs":[{"namespace":"n","name":"t"}]}` + "\n" +
			`{"job":{"namespace":"n","name":"j"},"outputs":[{"namespace":"n","name":"u"}]}`}, []string{"dataset:n/t|job:n/j|inputs", "job:n/j|dataset:n/u|outputs"}, nil, 3},
		{
			"markdown",
			[]string{"c/a/x.md", "---\ntype: app\nname: X\nuses_thing:\n  - Y\nin_zone: Z\n---\nText\n", "c/b/y.md", "---\ntype: thing\nname: Y\n---\n", "c/README.md", "# Read\n"},
			[]string{"a/x|Z|in_zone", "a/x|b/y|uses_thing"},
			[]string{"c/a/x.md|6|in_zone|Z"},
			2,
		},
		{"graph", []string{"n.csv", "id,type,name,props\na,system,À,\"{\"\"x\"\": 1}\"\n", "e.csv", "src,dst\na,b\n"}, []string{"a|b|"}, []string{"e.csv|2|dst|b"}, 1},
	} {
		t.Run(c.files[0], func(t *testing.T) {
			got := readMap(t, c.reader, named(c.files...))
			if diff := cmp.Diff(c.edges, edgeLines(got)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.dangling, danglingLines(got)); diff != "" {
				t.Error(diff)
			}
			if len(got.Nodes) != c.nodes {
				t.Errorf("got %v, want %d nodes", nodeLines(got), c.nodes)
			}
			if strings.Contains(fmt.Sprintf("%+v", got), "hunter2") || strings.Contains(fmt.Sprintf("%+v", got), "aHVudGVyMg") {
				t.Error("want no secret in what was read")
			}
			if diff := cmp.Diff(got, readMap(t, c.reader, named(c.files...))); diff != "" {
				t.Error("the second reading differs:", diff)
			}
		})
	}
}

func TestOnlyListedAttributesOfResourcesAreTaken(t *testing.T) {
	c := readMap(t, "terraform", named("state.json", terraformState))
	want := map[string]string{"engine": "postgres", "name": "orders", "instance_class": "db.m5", "mode": "managed"}
	if diff := cmp.Diff(want, c.Nodes[0].Props); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"name": "web-1", "mode": "managed"}, c.Nodes[1].Props); diff != "" {
		t.Error(diff)
	}
}

func TestOverlaysResetAndReplaceLists(t *testing.T) {
	for tag, want := range map[string][]string{"!reset []": nil, "!override [b]": {"a|b|depends_on"}, "[b]": {"a|b|depends_on", "a|c|depends_on"}} {
		c := readMap(t, "compose", named("compose.yaml", "services: {a: {depends_on: [c]}, b: {}, c: {}}", "x.yaml", "services: {a: {depends_on: "+tag+"}}"))
		if diff := cmp.Diff(want, edgeLines(c)); diff != "" {
			t.Error(tag, diff)
		}
	}
}

func TestTheRegisterOfInformationIsRead(t *testing.T) {
	c := readMap(t, "dora", named(
		"b_01.01.csv", "c0010,c0020\nLEI1,Banca\n",
		"b_05.01.csv", "c0010,c0050,c0110\nP1,Cloud,P2\nP2,Holding,P2\nP3,Rack,P3\n",
		"b_06.01.csv", "c0010,c0030,c0040,c0050,c0080,c0090\nF1,Payments,LEI1,eba_BT:x28,4,0\n",
		"b_02.01.csv", "c0010,c0020,c0040,c0050\nK1,eba_CO:x1,eba_CU:EUR,1000\n",
		"b_02.02.csv", "c0010,c0020,c0030,c0050,c0060,c0070,c0080,c0130\nK1,LEI1,P1,F1,eba_TA:S17,2024-01-01,9999-12-31,eba_GA:IT\nK1,LEI1,P1,F1,eba_TA:S17,2024-01-01,2027-01-01,eba_GA:DE\n",
		"b_05.02.csv", "c0010,c0020,c0030,c0050,c0060\nK1,eba_TA:S17,P1,1,P1\nK1,eba_TA:S17,P3,2,P1\n",
		"b_07.01.csv", "c0010,c0020,c0040,c0050,c0080\nK1,P1,eba_TA:S17,eba_ZZ:x962,eba_BT:x28\nK1,P1,eba_TA:S08,eba_ZZ:x960,eba_BT:x29\n",
		"b_99.01.csv", "c0010\nx\n",
	))
	want := []string{"function:LEI1/F1|provider:P1|service:S17@K1", "provider:P1|provider:P2|ultimate-parent", "provider:P1|provider:P3|rank:2:S17@K1"}
	if diff := cmp.Diff(want, edgeLines(c)); diff != "" {
		t.Error(diff)
	}
	if a := c.Agreements[0]; a.ID != "K1" || a.Party != "provider:P1" || !a.Until.Equal(day(2027, 1, 1)) || len(a.Covers) != 1 {
		t.Errorf("got %+v, want the contract with its party and dates", a)
	}
	p1 := c.Nodes[1]
	if p1.Props["substitutability"] != "x960" || p1.Props["exit-plan"] != "x29" || len(c.Dangling) != 0 || !slices.Contains(c.Unread, "b_99.01.csv") {
		t.Errorf("got %+v %v %v, want the hardest grade, no plan, nothing dangling", p1, c.Dangling, c.Unread)
	}
}

func TestMapsRefuseBadFiles(t *testing.T) {
	for _, c := range []struct{ reader, name, file, key, field string }{
		{"graph", "x.csv", "id,type,name\na,t,A\na,t,B\n", "ingest.error.duplicate-file", "id"},
		{"graph", "x.csv", "id,type\n", "ingest.error.column-missing", "name"},
		{"graph", "x.csv", "id,type,name,props\na,t,A,[1]\n", "ingest.error.object", "props"},
		{"markdown", "x.md", "---\nname: X\n---\n", "ingest.error.required", "type"},
		{"markdown", "x.md", "---\nname: X\n", "ingest.error.truncated", ""},
		{"compose", "x.yaml", "services: [a]\n", "ingest.error.type", "services"},
		{"compose", "x.yaml", "services:\n  a: {depends_on: {b: {}}, depends_on: []}\n", "ingest.error.member-twice", "depends_on"},
		{"kubernetes", "x.yaml", "apiVersion: v1\nkind: Pod\n", "ingest.error.required", "metadata.name"},
		{"kubernetes", "x.yaml", "a: 1\n", "ingest.error.required", "kind"},
		{"cyclonedx", "x.json", `{"bomFormat":"SPDX"}`, "ingest.error.cyclonedx.not", "bomFormat"},
		{"cyclonedx", "x.json", `{"bomFormat":"CycloneDX","specVersion":"9"}`, "ingest.error.cyclonedx.version", "specVersion"},
		{"cyclonedx", "x.json", `{"bomFormat":"CycloneDX","services":[{"name":1}]}`, "ingest.error.type", "services/0/name"},
		{"cyclonedx", "x.xml", `<!DOCTYPE bom [<!ENTITY a "b">]><bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>`, "ingest.error.xml.dtd", ""},
		{"cyclonedx", "x.json", `{"bomFormat":"CycloneDX"`, "ingest.error.truncated", ""},
		{"terraform", "x.json", `{"format_version":"4.0","values":{}}`, "ingest.error.terraform.version", "format_version"},
		{"terraform", "x.json", `{"format_version":"1.0"}`, "ingest.error.required", "values"},
		{"netbox", "x.json", `[{"id":1}]`, "ingest.error.netbox.url", "url"},
		{"cmdb", "x.csv", "parent,child\na,b\n", "ingest.error.column-missing", "type"},
		{"dependencies", "x.json", `[{"parent":"a"}]`, "ingest.error.required", "child"},
		{"openlineage", "x.json", `[{"eventType":"START"}]`, "ingest.error.required", "job"},
		{"dora", "b_05.02.csv", "c0010,c0020,c0030,c0050,c0060\nK,S,P,x,Q\n", "ingest.error.number", "c0050"},
		{"dora", "b_05.01.csv", "c0020\nx\n", "ingest.error.column-missing", "c0010"},
		{"dora", "b_05.01.csv", "datapoint,ICT,factValue\ndp1,P,x\n", "ingest.error.dora.datapoint", "datapoint"},
		{"dora", "b_02.02.csv", "c0010,c0020,c0030,c0050,c0060,c0070\nK,L,P,F,S,1/2/2026\n", "ingest.error.date", "c0070"},
	} {
		t.Run(c.reader+" "+c.key, func(t *testing.T) {
			_, err := mapReaders[c.reader](named(c.name, c.file))
			p, ok := problem.As(err)
			if !ok || p.Key != c.key || p.Field != c.field || p.Source.File != c.name {
				t.Errorf("got %v, want %s of field %q in %s", err, c.key, c.field, c.name)
			}
		})
	}
}

// fuzzMap gives arbitrary bytes to a reader: it reads or refuses, names only edges that have ends, and never panics.
func fuzzMap(f *testing.F, reader, name string, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := mapReaders[reader](named(name, s))
		if _, ok := problem.As(err); err != nil && !ok {
			t.Errorf("got %v, want a problem", err)
		}
		known := map[string]bool{}
		for _, n := range c.Nodes {
			if known[n.Ref] {
				t.Errorf("got %q twice", n.Ref)
			}
			known[n.Ref] = true
		}
		for _, d := range c.Dangling {
			known[d.Ref] = true
		}
		for _, e := range c.Edges {
			if !known[e.From] || !known[e.To] {
				t.Errorf("got %+v, want both ends known or told", e)
			}
		}
	})
}

func FuzzGraph(f *testing.F) { fuzzMap(f, "graph", "x.csv", "id,type,name\na,t,A\n", "src,dst\na,b\n") }

func FuzzMarkdown(f *testing.F) {
	fuzzMap(f, "markdown", "x.md", "---\ntype: a\nname: X\nin_b: Y\n---\n")
}
func FuzzCompose(f *testing.F)    { fuzzMap(f, "compose", "x.yaml", composeBase, composeOver) }
func FuzzKubernetes(f *testing.F) { fuzzMap(f, "kubernetes", "x.yaml", manifests) }
func FuzzCycloneDX(f *testing.F)  { fuzzMap(f, "cyclonedx", "x", bomJSON, bomXML) }
func FuzzTerraform(f *testing.F)  { fuzzMap(f, "terraform", "x.json", terraformState, terraformPlan) }
func FuzzNetBox(f *testing.F)     { fuzzMap(f, "netbox", "x.json", netboxDevices, netboxCircuits) }
func FuzzCMDB(f *testing.F)       { fuzzMap(f, "cmdb", "x.csv", cmdbItems, cmdbRelations) }
func FuzzDependencies(f *testing.F) {
	fuzzMap(f, "dependencies", "x.json", `[{"parent":"a","child":"b"}]`)
}

func FuzzOpenLineage(f *testing.F) {
	fuzzMap(f, "openlineage", "x.json", `[{"job":{"name":"j"},"inputs":[{"name":"t"}]}]`)
}

func FuzzDORA(f *testing.F) {
	fuzzMap(f, "dora", "b_05.01.csv", "c0010,c0050,c0110\nP1,Cloud,P2\n", "datapoint,ICT,factValue\ndp3291720,P,x\n")
}
