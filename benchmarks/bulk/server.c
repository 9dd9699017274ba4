/* A server that is not the bottleneck of a bulk run: answers every request with the same completion.

   server MILLISECONDS [BODY_BYTES]

   It prints its port, and serves until its standard input ends. One thread, epoll, a ring of answers that
   wait for their time. GET /stats gives the requests so far, the greatest number in flight at once, and the
   connections made.
*/
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_CONNECTIONS 65536
#define RING (1 << 20)
#define BUFFER (1 << 16)

struct connection {
    uint32_t generation;
    size_t held;   /* bytes of a request that is not whole yet */
    size_t skip;   /* bytes of a body that are still to come */
    char *buffer;
};

struct due {
    int64_t at;
    int file;
    uint32_t generation;
};

static struct connection connections[MOST_CONNECTIONS];
static struct due ring[RING];
static size_t first, last;
static long requests, in_flight, peak, accepted;
static char *answer;
static size_t answer_size;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void make_answer(size_t content) {
    char *text = malloc(content + 1);
    memset(text, 'x', content);
    text[content] = 0;
    char *body;
    int size = asprintf(&body,
        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"openai/gpt-4o\","
        "\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"logprobs\":null,\"message\":"
        "{\"role\":\"assistant\",\"content\":\"%s\"}}],\"usage\":{\"prompt_tokens\":9,"
        "\"completion_tokens\":200,\"total_tokens\":209}}", text);
    answer_size = asprintf(&answer,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req-1\r\ncontent-length: %d\r\n\r\n%s",
        size, body);
    free(text);
    free(body);
}

static void drop(int file) {
    connections[file].generation++;
    connections[file].held = connections[file].skip = 0;
    close(file);
}

static void write_whole(int file, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t sent = write(file, bytes, size);
        if (sent < 0 && errno == EAGAIN) continue;
        if (sent <= 0) return;
        bytes += sent;
        size -= sent;
    }
}

static void stats(int file) {
    char body[160], whole[320];
    int size = snprintf(body, sizeof body, "{\"requests\":%ld,\"peak\":%ld,\"connections\":%ld}", requests, peak,
                        accepted);
    int total = snprintf(whole, sizeof whole,
                         "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", size,
                         body);
    write_whole(file, whole, total);
}

static size_t content_length(const char *head, size_t size) {
    const char *end = head + size;
    for (const char *at = head; at < end - 16; at++)
        if (*at == '\n' && strncasecmp(at + 1, "content-length:", 15) == 0) return strtoul(at + 16, NULL, 10);
    return 0;
}

/* Takes whole requests off a buffer. Returns 0 when the connection is to be closed. */
static int take(int file, int64_t delay) {
    struct connection *c = &connections[file];
    for (;;) {
        if (c->skip) {
            size_t gone = c->skip < c->held ? c->skip : c->held;
            memmove(c->buffer, c->buffer + gone, c->held - gone);
            c->held -= gone;
            c->skip -= gone;
            if (c->skip) return 1;
            if (last - first >= RING) return 0;
            ring[last++ % RING] = (struct due){now() + delay, file, c->generation};
            requests++;
            if (++in_flight > peak) peak = in_flight;
        }
        char *end = memmem(c->buffer, c->held, "\r\n\r\n", 4);
        if (!end) return c->held < BUFFER;
        size_t head = end + 4 - c->buffer;
        if (c->held >= 10 && memcmp(c->buffer, "GET /stats", 10) == 0) {
            stats(file);
        } else {
            size_t length = content_length(c->buffer, head);
            c->skip = length;
            if (length == 0) return 0;
        }
        memmove(c->buffer, c->buffer + head, c->held - head);
        c->held -= head;
    }
}

static void receive(int file, int64_t delay) {
    struct connection *c = &connections[file];
    for (;;) {
        ssize_t got = read(file, c->buffer + c->held, BUFFER - c->held);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) break;
        c->held += got;
        if (!take(file, delay)) break;
    }
    drop(file);
}

int main(int count, char **arguments) {
    int64_t delay = (count > 1 ? atoll(arguments[1]) : 50) * 1000000LL;
    make_answer(count > 2 ? strtoul(arguments[2], NULL, 10) : 850);
    struct rlimit files = {MOST_CONNECTIONS, MOST_CONNECTIONS};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)) return 1;
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[512];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    event.data.fd = 0;
    epoll_ctl(poll, EPOLL_CTL_ADD, 0, &event);
    for (;;) {
        int wait = -1;
        if (first < last) {
            int64_t left = ring[first % RING].at - now();
            wait = left <= 0 ? 0 : (int)((left + 999999) / 1000000);
        }
        int ready = epoll_wait(poll, events, 512, wait);
        for (int i = 0; i < ready; i++) {
            int file = events[i].data.fd;
            if (file == 0) return 0;
            if (file != listener) {
                receive(file, delay);
                continue;
            }
            for (;;) {
                int made = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (made < 0) break;
                if (made >= MOST_CONNECTIONS) { close(made); continue; }
                setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                accepted++;
                if (!connections[made].buffer) connections[made].buffer = malloc(BUFFER);
                event.data.fd = made;
                epoll_ctl(poll, EPOLL_CTL_ADD, made, &event);
            }
        }
        int64_t moment = now();
        while (first < last && ring[first % RING].at <= moment) {
            struct due due = ring[first++ % RING];
            in_flight--;
            if (connections[due.file].generation == due.generation) write_whole(due.file, answer, answer_size);
        }
    }
}
