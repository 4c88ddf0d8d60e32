// HashiCorp's memberlist with its LAN defaults, measured as bench/gossip.ts measures ours: N members in one process on
// loopback. Prints one JSON object: how long joins took, until a crash was first seen and seen by all, and what idling
// costs in bytes a second and member. Debian's golang-github-hashicorp-memberlist-dev, built in GOPATH mode. With `watch`
// as its first word it counts false deaths instead (watch.go).
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"sync"
	"time"

	metrics "github.com/armon/go-metrics"
	"github.com/hashicorp/memberlist"
)

// Longer than any join or detection that was ever seen; past it the run fails.
const patience = 120 * time.Second

type member struct {
	list *memberlist.Memberlist
	name string
	lock sync.Mutex
	left map[string]time.Time
}

func (m *member) NotifyJoin(*memberlist.Node)   {}
func (m *member) NotifyUpdate(*memberlist.Node) {}
func (m *member) NotifyLeave(node *memberlist.Node) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.left[node.Name] = time.Now()
}

func (m *member) leftAt(name string) (time.Time, bool) {
	m.lock.Lock()
	defer m.lock.Unlock()
	at, ok := m.left[name]
	return at, ok
}

var count int

func start(seed *member) *member {
	count++
	m := &member{name: fmt.Sprintf("m%d", count), left: map[string]time.Time{}}
	list, err := memberlist.Create(lan(m.name, m))
	if err != nil {
		log.Fatal(err)
	}
	m.list = list
	if seed != nil {
		local := seed.list.LocalNode()
		if _, err := list.Join([]string{local.Address()}); err != nil {
			log.Fatal(err)
		}
	}
	return m
}

func lan(name string, events memberlist.EventDelegate) *memberlist.Config {
	config := memberlist.DefaultLANConfig()
	config.Name = name
	config.BindAddr = "127.0.0.1"
	config.BindPort = 0
	config.Events = events
	config.Logger = log.New(io.Discard, "", 0)
	return config
}

func until(done func() bool) time.Duration {
	began := time.Now()
	for !done() {
		if time.Since(began) > patience {
			log.Fatal("waited for too long")
		}
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(began)
}

func allKnow(members []*member) bool {
	for _, m := range members {
		if m.list.NumMembers() != len(members) {
			return false
		}
	}
	return true
}

func main() {
	switch os.Args[1] {
	case "watch":
		watch(os.Args[2:])
	case "member":
		beMember(os.Args[2:])
	default:
		crash()
	}
}

func crash() {
	size, _ := strconv.Atoi(os.Args[1])
	rounds, _ := strconv.Atoi(os.Args[2])
	idle, _ := strconv.Atoi(os.Args[3])
	sink := metrics.NewInmemSink(time.Hour, 2*time.Hour)
	if _, err := metrics.NewGlobal(metrics.DefaultConfig("bench"), sink); err != nil {
		log.Fatal(err)
	}
	members := []*member{start(nil)}
	for len(members) < size {
		members = append(members, start(members[0]))
	}
	until(func() bool { return allKnow(members) })
	sent := func() float64 {
		total := 0.0
		for _, interval := range sink.Data() {
			for name, counter := range interval.Counters {
				if len(name) > 8 && name[len(name)-8:] == "udp.sent" {
					total += counter.Sum
				}
			}
		}
		return total
	}
	before := sent()
	time.Sleep(time.Duration(idle) * time.Second)
	perSecond := (sent() - before) / float64(idle) / float64(size)

	var joins, firsts, alls []float64
	for round := 0; round < rounds; round++ {
		victim := members[1+round%(size-1)]
		rest := []*member{}
		for _, m := range members {
			if m != victim {
				rest = append(rest, m)
			}
		}
		killed := time.Now()
		victim.list.Shutdown()
		first := patience
		until(func() bool {
			seen := 0
			for _, m := range rest {
				if at, ok := m.leftAt(victim.name); ok {
					seen++
					if at.Sub(killed) < first {
						first = at.Sub(killed)
					}
				}
			}
			return seen == len(rest)
		})
		firsts = append(firsts, first.Seconds())
		alls = append(alls, time.Since(killed).Seconds())
		began := time.Now()
		members = append(rest, start(rest[0]))
		until(func() bool { return allKnow(members) })
		joins = append(joins, time.Since(began).Seconds())
	}
	json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"join": joins, "first": firsts, "all": alls, "idle": perSecond,
	})
}
