package ingest

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Kubernetes manifests say what runs in a cluster. Workloads (Deployment, StatefulSet, DaemonSet, ReplicaSet, Job,
// CronJob, Pod) are the nodes; a Service stands for the workloads that its selector picks, and is a node itself only when it
// picks none. A workload needs what the addresses in its environment name, also those that come from a ConfigMap; an
// Ingress needs what it leads to. Secrets are never read, and of an address only the host is kept.

// IsKubernetes tells whether a file holds manifests.
func IsKubernetes(g Glimpse) bool {
	return g.Has("apiVersion", "kind") && !strings.Contains(g.Text, "backstage.io/")
}

// workloads are the kinds that run containers, with the way to the specification of their pods.
var workloads = map[string][]string{
	"deployment": {"spec", "template"}, "statefulset": {"spec", "template"}, "daemonset": {"spec", "template"}, "replicaset": {"spec", "template"},
	"job": {"spec", "template"}, "cronjob": {"spec", "jobTemplate", "spec", "template"}, "pod": {},
}

// ReadKubernetes reads manifests together, so that services find their workloads.
func ReadKubernetes(sources []*Source) (Catalogue, error) {
	k := kubernetesReader{gatherer: newGatherer(), services: map[string]*kubernetesService{}, settings: map[string]map[string]string{}}
	for _, src := range sources {
		y := yamlReader{src: src}
		if err := y.documents(func(root *yaml.Node) error { return k.manifest(&fields{y: &y}, root) }); err != nil {
			return Catalogue{}, err
		}
	}
	return k.finish()
}

type kubernetesReader struct {
	*gatherer
	workloads []*kubernetesWorkload
	services  map[string]*kubernetesService // by namespace/name
	order     []*kubernetesService
	ingresses []*kubernetesIngress
	settings  map[string]map[string]string // data of ConfigMaps by namespace/name
}

type kubernetesWorkload struct {
	src       *Source
	node      NodeRecord
	namespace string
	labels    map[string]string // of its pods
	addresses []kubernetesAddress
	from      []string // ConfigMaps whose whole data is the environment
}

type kubernetesAddress struct {
	variable, value  string
	configMap, entry string // where the value comes from, when it is not in the manifest
	at               At
}

type kubernetesService struct {
	src       *Source
	node      NodeRecord
	namespace string
	selector  map[string]string
	external  string // another name for it, outside the cluster
}

type kubernetesIngress struct {
	src       *Source
	node      NodeRecord
	namespace string
	backends  []kubernetesAddress
}

func (k *kubernetesReader) manifest(f *fields, root *yaml.Node) error {
	if root.Kind != yaml.MappingNode {
		return f.y.wrong(root, "", "ingest.error.type", "want", "object")
	}
	kind := strings.ToLower(f.text(root, "", "kind"))
	if f.err == nil && (kind == "" || f.text(root, "", "apiVersion") == "") {
		return f.y.wrong(root, "kind", "ingest.error.required")
	}
	if items := f.find(root, "items"); items != nil && strings.HasSuffix(kind, "list") {
		for _, item := range items.Content {
			if err := k.manifest(f, resolve(item)); err != nil {
				return err
			}
		}
		return f.err
	}
	metadata := f.mapping(root, "metadata")
	n := NodeRecord{Kind: kind, Name: f.text(metadata, "metadata.", "name"), Namespace: f.text(metadata, "metadata.", "namespace"), At: f.y.at(root)}
	way, runs := workloads[kind]
	switch {
	case f.err != nil:
	case runs:
		k.workload(f, root, n, way)
	case kind == "service":
		k.service(f, root, n)
	case kind == "ingress":
		k.ingress(f, root, n)
	case kind == "configmap":
		k.settings[n.Namespace+"/"+n.Name] = textsOf(f.mapping(root, "data"))
	default:
		return nil // accounts, rights, volumes, definitions: no map of them
	}
	if f.err == nil && n.Name == "" {
		return f.y.wrong(root, "metadata.name", "ingest.error.required")
	}
	return f.err
}

// textsOf are the members of a mapping that are texts.
func textsOf(m *yaml.Node) map[string]string {
	all := map[string]string{}
	for _, member := range pairs(m) {
		if member.value != nil && member.value.Kind == yaml.ScalarNode {
			all[member.key.Value] = member.value.Value
		}
	}
	return all
}

func (k *kubernetesReader) workload(f *fields, root *yaml.Node, n NodeRecord, way []string) {
	pod := root
	for _, step := range way {
		pod = f.mapping(pod, step)
	}
	w := &kubernetesWorkload{src: f.y.src, namespace: n.Namespace, labels: textsOf(f.mapping(f.mapping(pod, "metadata"), "labels"))}
	props := map[string]any{"replicas": f.text(f.mapping(root, "spec"), "spec.", "replicas")}
	var images []string
	spec := f.mapping(pod, "spec")
	for _, list := range []string{"initContainers", "containers"} {
		containers := f.find(spec, list)
		if containers == nil || containers.Kind != yaml.SequenceNode {
			continue
		}
		for _, container := range containers.Content {
			if image := f.text(container, "containers.", "image"); image != "" && list == "containers" {
				images = append(images, image)
			}
			w.environment(f, container)
		}
	}
	props["image"] = strings.Join(images, ", ")
	n.Props = flat(props)
	w.node = n
	k.workloads = append(k.workloads, w)
}

// environment reads the variables of a container that may hold addresses.
func (w *kubernetesWorkload) environment(f *fields, container *yaml.Node) {
	if from := f.find(container, "envFrom"); from != nil && from.Kind == yaml.SequenceNode {
		for _, item := range from.Content {
			if name := f.text(f.mapping(item, "configMapRef"), "configMapRef.", "name"); name != "" {
				w.from = append(w.from, name)
			}
		}
	}
	env := f.find(container, "env")
	if env == nil || env.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range env.Content {
		if item = resolve(item); item == nil {
			continue
		}
		key := f.mapping(f.mapping(item, "valueFrom"), "configMapKeyRef")
		w.addresses = append(w.addresses, kubernetesAddress{
			variable: f.text(item, "env.", "name"), value: f.text(item, "env.", "value"), at: f.y.at(item),
			configMap: f.text(key, "configMapKeyRef.", "name"), entry: f.text(key, "configMapKeyRef.", "key"),
		})
	}
}

func (k *kubernetesReader) service(f *fields, root *yaml.Node, n NodeRecord) {
	spec := f.mapping(root, "spec")
	s := &kubernetesService{src: f.y.src, namespace: n.Namespace, selector: textsOf(f.mapping(spec, "selector")), external: f.text(spec, "spec.", "externalName")}
	n.Props = flat(map[string]any{"type": f.text(spec, "spec.", "type"), "externalName": s.external})
	s.node = n
	if k.services[n.Namespace+"/"+n.Name] == nil {
		k.services[n.Namespace+"/"+n.Name] = s
		k.order = append(k.order, s)
	}
}

// ingress reads where the paths of an ingress lead to.
func (k *kubernetesReader) ingress(f *fields, root *yaml.Node, n NodeRecord) {
	i := &kubernetesIngress{src: f.y.src, node: n, namespace: n.Namespace}
	var hosts []string
	var walk func(node *yaml.Node, depth int)
	walk = func(node *yaml.Node, depth int) {
		if node = resolve(node); node == nil || depth == 0 {
			return
		}
		if node.Kind == yaml.SequenceNode {
			for _, item := range node.Content {
				walk(item, depth-1)
			}
		}
		for _, member := range pairs(node) {
			switch {
			case member.value == nil:
			case member.key.Value == "host" && member.value.Kind == yaml.ScalarNode:
				hosts = append(hosts, member.value.Value)
			case member.key.Value == "serviceName" && member.value.Kind == yaml.ScalarNode:
				i.backends = append(i.backends, kubernetesAddress{variable: "backend", value: member.value.Value, at: f.y.at(member.value)})
			case member.key.Value == "service":
				if name := f.text(member.value, "service.", "name"); name != "" {
					i.backends = append(i.backends, kubernetesAddress{variable: "backend", value: name, at: f.y.at(member.value)})
				}
			default:
				walk(member.value, depth-1)
			}
		}
	}
	walk(f.mapping(root, "spec"), 12)
	slices.Sort(hosts)
	i.node.Props = flat(map[string]any{"hosts": strings.Join(slices.Compact(hosts), ", ")})
	k.ingresses = append(k.ingresses, i)
}

// finish names the workloads, and resolves services and addresses.
func (k *kubernetesReader) finish() (Catalogue, error) {
	for _, w := range k.workloads {
		w.node.Ref = k.freeRef(w.node)
		if err := k.node(w.src, w.node); err != nil {
			return Catalogue{}, err
		}
	}
	for _, s := range k.order {
		if len(k.behind(s)) > 0 {
			continue
		}
		s.node.Ref = qualified(s.namespace, s.node.Name)
		if _, err := k.once(s.src, s.node); err != nil {
			return Catalogue{}, err
		}
	}
	for _, i := range k.ingresses {
		i.node.Ref = k.freeRef(i.node)
		if err := k.node(i.src, i.node); err != nil {
			return Catalogue{}, err
		}
		for _, backend := range i.backends {
			if err := k.needs(i.src, i.node.Ref, i.namespace, backend, backend.value, "backend"); err != nil {
				return Catalogue{}, err
			}
		}
	}
	for _, w := range k.workloads {
		if err := k.connect(w); err != nil {
			return Catalogue{}, err
		}
	}
	return k.gatherer.finish(), nil
}

// freeRef is the name in its namespace; of two kinds with one name the second has its kind before it.
func (k *kubernetesReader) freeRef(n NodeRecord) string {
	ref := qualified(n.Namespace, n.Name)
	if at, taken := k.seen[ref]; taken && k.catalogue.Nodes[at].Kind != n.Kind {
		return n.Kind + ":" + ref
	}
	return ref
}

func qualified(namespace, name string) string {
	if namespace == "" || namespace == "default" {
		return name
	}
	return namespace + "/" + name
}

// behind are the workloads that a service picks.
func (k *kubernetesReader) behind(s *kubernetesService) (refs []string) {
	if len(s.selector) == 0 {
		return nil
	}
	for _, w := range k.workloads {
		picked := w.namespace == s.namespace
		for label, value := range s.selector {
			picked = picked && w.labels[label] == value
		}
		if picked {
			refs = append(refs, w.node.Ref)
		}
	}
	return refs
}

func (k *kubernetesReader) connect(w *kubernetesWorkload) error {
	addresses := slices.Clone(w.addresses)
	for i, a := range addresses {
		if a.configMap != "" {
			addresses[i].value = k.settings[w.namespace+"/"+a.configMap][a.entry]
		}
	}
	for _, name := range w.from {
		data := k.settings[w.namespace+"/"+name]
		for _, variable := range slices.Sorted(maps.Keys(data)) {
			addresses = append(addresses, kubernetesAddress{variable: variable, value: data[variable], at: w.node.At})
		}
	}
	for _, a := range addresses {
		host := k.hostOf(a, w.namespace)
		if host == "" {
			continue
		}
		if err := k.needs(w.src, w.node.Ref, w.namespace, a, host, "env:"+a.variable); err != nil {
			return err
		}
	}
	return nil
}

var (
	hostAndPort     = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]|[A-Za-z0-9]):\d{1,5}(/\S*)?$`)
	addressVariable = regexp.MustCompile(`(?i)(^|_)(HOST|HOSTNAME|ADDR|ADDRESS|URL|URI|ENDPOINT|SERVER|SERVICE|BROKER|BROKERS)$`)
)

// hostOf is the host that a variable names: in an address with a port or a scheme, or by itself when the variable says that it
// holds one and the name is known.
func (k *kubernetesReader) hostOf(a kubernetesAddress, namespace string) string {
	value := strings.TrimSpace(a.value)
	host := ""
	if strings.Contains(value, "://") {
		if u, err := url.Parse(value); err == nil {
			host = u.Hostname()
		}
	} else if match := hostAndPort.FindStringSubmatch(value); match != nil {
		host = match[1]
	} else if addressVariable.MatchString(a.variable) {
		if _, known := k.target(namespace, value); known {
			host = value
		}
	}
	switch host {
	case "localhost", "127.0.0.1", "0.0.0.0", "::1":
		return ""
	}
	return host
}

// target finds what a host in the cluster stands for: name, name.namespace, or either with .svc and the domain of the cluster.
func (k *kubernetesReader) target(namespace, host string) (refs []string, known bool) {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	tries := [][2]string{{namespace, parts[0]}}
	if len(parts) > 1 {
		tries = [][2]string{{parts[1], parts[0]}}
		if parts[1] == "default" {
			tries = append(tries, [2]string{"", parts[0]})
		}
		if len(parts) > 2 && parts[2] != "svc" {
			return nil, false
		}
	}
	for _, try := range tries {
		if s := k.services[try[0]+"/"+try[1]]; s != nil {
			if refs := k.behind(s); len(refs) > 0 {
				return refs, true
			}
			return []string{qualified(try[0], try[1])}, true
		}
		if _, there := k.seen[qualified(try[0], try[1])]; there {
			return []string{qualified(try[0], try[1])}, true
		}
	}
	return nil, false
}

// needs adds the edges to what a host stands for; a host that is not in the manifests dangles.
func (k *kubernetesReader) needs(src *Source, from, namespace string, a kubernetesAddress, host, kind string) error {
	refs, known := k.target(namespace, host)
	if !known {
		refs = []string{host}
	}
	for _, ref := range refs {
		if ref == from {
			continue
		}
		if err := k.edgeOnce(src, EdgeRecord{From: from, To: ref, Type: kind, Field: a.variable, At: a.at}); err != nil {
			return err
		}
	}
	return nil
}
