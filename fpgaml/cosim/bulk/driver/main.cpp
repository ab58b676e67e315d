// Bulk simulation: bulk FRAMES PROCESSES SEED GAP_PERCENT STALL_PERCENT INPUT... OUTPUT...
//
// Each file holds the raw bits of one port for all frames, as 64-bit words, element after element. The frames are
// shared among processes, each with a design of its own, reset before its first frame. One line of text a process
// says what happened: frames cycles latency first_start last_start fault fault_frame fault_element cpu_seconds
#include "bulk.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#ifdef __linux__
#include <csignal>
#include <sys/prctl.h>
#endif
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void *must_map(const char *what, size_t bytes, int protection, int flags, int file) {
    void *memory = mmap(nullptr, bytes, protection, flags, file, 0);
    if (memory == MAP_FAILED) {
        std::perror(what);
        std::exit(2);
    }
    return memory;
}

static uint64_t *map_file(const char *path, size_t bytes, bool output) {
    int file = open(path, output ? O_RDWR | O_CREAT | O_TRUNC : O_RDONLY, 0644);
    if (file < 0 || (output && ftruncate(file, off_t(bytes)) != 0)) {
        std::perror(path);
        std::exit(2);
    }
    void *memory = must_map(path, bytes, output ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, file);
    close(file);
    return static_cast<uint64_t *>(memory);
}

static double cpu_seconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

int main(int argc, char **argv) {
    if (argc != int(6 + N_INPUTS + N_OUTPUTS)) {
        std::fputs("usage: bulk FRAMES PROCESSES SEED GAP_PERCENT STALL_PERCENT INPUT... OUTPUT...\n", stderr);
        return 2;
    }
    auto number = [&](int k) { return std::strtoull(argv[k], nullptr, 10); };
    uint64_t frames = number(1), processes = number(2), seed = number(3);
    Files files;
    for (unsigned i = 0; i < N_INPUTS + N_OUTPUTS; i++) {
        const Port &port = i < N_INPUTS ? INPUTS[i] : OUTPUTS[i - N_INPUTS];
        files.push_back(map_file(argv[6 + i], frames * port.elements * port.words() * 8, i >= N_INPUTS));
    }
    auto *results = static_cast<Result *>(must_map("results", processes * sizeof(Result), PROT_READ | PROT_WRITE,
                                                   MAP_SHARED | MAP_ANONYMOUS, -1));
    std::vector<pid_t> children;
    for (uint64_t k = 0; k < processes; k++) {
        pid_t child = fork();
        if (child < 0) {
            std::perror("fork");
            return 2;
        }
        if (child == 0) {
#ifdef __linux__
            prctl(PR_SET_PDEATHSIG, SIGKILL); // do not outlive whoever stops this program
#endif
            Options options{frames * k / processes, frames * (k + 1) / processes, seed + k, unsigned(number(4)),
                            unsigned(number(5))};
            double begun = cpu_seconds();
            simulate(options, files, results[k]);
            results[k].cpu_seconds = cpu_seconds() - begun;
            _exit(0);
        }
        children.push_back(child);
    }
    for (uint64_t k = 0; k < processes; k++) {
        int status = 0;
        waitpid(children[k], &status, 0);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            results[k].fault = CRASHED;
        const Result &r = results[k];
        std::printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %.6f\n",
                    r.frames, r.cycles, r.latency, r.first_start, r.last_start, r.fault, r.fault_frame, r.fault_element,
                    r.cpu_seconds);
    }
    return 0;
}
