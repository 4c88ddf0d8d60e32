// False deaths: members of which none ever ends, while datagrams are lost or one member stands still again and again.
// `watch SIZE SECONDS LOSS STALL_MS WELL_MS` prints how often anybody was called dead, and how often of those it was one
// that never stood still. The one that does is a process of its own (`member SEED NAME LOSS`), stopped by SIGSTOP as
// gossip-false.ts stops ours.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hashicorp/memberlist"
)

const stalling = "stalling"

// How long members may talk before anything goes wrong, and after the last of it.
const settle = 3 * time.Second

// A transport that loses a share of what it sends. Streams are left alone, as they are in ours.
type lossy struct {
	*memberlist.NetTransport
	share float64
}

func (t *lossy) WriteTo(b []byte, addr string) (time.Time, error) {
	return t.WriteToAddress(b, memberlist.Address{Addr: addr})
}

func (t *lossy) WriteToAddress(b []byte, addr memberlist.Address) (time.Time, error) {
	if rand.Float64() < t.share {
		return time.Now(), nil
	}
	return t.NetTransport.WriteToAddress(b, addr)
}

// Calls `dead` with the name of each member that is given up.
type deaths struct {
	dead func(name string)
}

func (d *deaths) NotifyJoin(*memberlist.Node)       {}
func (d *deaths) NotifyUpdate(*memberlist.Node)     {}
func (d *deaths) NotifyLeave(node *memberlist.Node) { d.dead(node.Name) }

func startLossy(name string, share float64, events *deaths) *memberlist.Memberlist {
	config := lan(name, events)
	nc := &memberlist.NetTransportConfig{BindAddrs: []string{config.BindAddr}, Logger: config.Logger}
	transport, err := memberlist.NewNetTransport(nc)
	if err != nil {
		log.Fatal(err)
	}
	config.BindPort = transport.GetAutoBindPort()
	config.AdvertisePort = config.BindPort
	config.Transport = &lossy{NetTransport: transport, share: share}
	list, err := memberlist.Create(config)
	if err != nil {
		log.Fatal(err)
	}
	return list
}

func join(list *memberlist.Memberlist, seed string) {
	if _, err := list.Join([]string{seed}); err != nil {
		log.Fatal(err)
	}
}

func beMember(args []string) {
	share, _ := strconv.ParseFloat(args[2], 64)
	list := startLossy(args[1], share, &deaths{dead: func(name string) { fmt.Println(name) }})
	join(list, args[0])
	// Ends with whoever started it.
	io.Copy(io.Discard, os.Stdin)
}

func watch(args []string) {
	size, _ := strconv.Atoi(args[0])
	seconds, _ := strconv.Atoi(args[1])
	share, _ := strconv.ParseFloat(args[2], 64)
	stallMs, _ := strconv.Atoi(args[3])
	wellMs, _ := strconv.Atoi(args[4])
	var dead, well int64
	note := func(name string) {
		atomic.AddInt64(&dead, 1)
		if name != stalling {
			atomic.AddInt64(&well, 1)
		}
	}
	first := startLossy("m1", share, &deaths{dead: note})
	seed := first.LocalNode().Address()
	for i := 2; i < size; i++ {
		join(startLossy(fmt.Sprintf("m%d", i), share, &deaths{dead: note}), seed)
	}
	child := startChild(seed, args[2], note)
	until(func() bool { return first.NumMembers() == size })
	time.Sleep(settle)
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	for time.Now().Before(end) {
		if stallMs > 0 {
			child.Process.Signal(syscall.SIGSTOP)
			time.Sleep(time.Duration(stallMs) * time.Millisecond)
			child.Process.Signal(syscall.SIGCONT)
		}
		time.Sleep(time.Duration(wellMs) * time.Millisecond)
	}
	time.Sleep(settle)
	json.NewEncoder(os.Stdout).Encode(map[string]int64{
		"dead": atomic.LoadInt64(&dead), "well": atomic.LoadInt64(&well),
	})
	child.Process.Kill()
}

func startChild(seed, share string, note func(name string)) *exec.Cmd {
	child := exec.Command(os.Args[0], "member", seed, stalling, share)
	out, err := child.StdoutPipe()
	if err != nil {
		log.Fatal(err)
	}
	if _, err := child.StdinPipe(); err != nil {
		log.Fatal(err)
	}
	if err := child.Start(); err != nil {
		log.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			note(lines.Text())
		}
	}()
	return child
}
