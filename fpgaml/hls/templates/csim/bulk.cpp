// C-simulation of many events: bulk EVENTS PROCESSES INPUT... OUTPUT...
//
// Each file holds the raw bits of one port for all events, as 64-bit words (see ports.h). The events are
// shared among processes, not threads: the firmware's line buffers are static.
// Exit code 0 if all events ran, 3 if beats were left over in a stream.
#include "ports.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#ifdef FPGAML_TRACE_SYMBOLS // the backend's sources expect the test bench to define them
#include <map>
#include <string>
namespace nnet {
bool trace_enabled = false;
std::map<std::string, void *> *trace_outputs = NULL;
size_t trace_type_size = sizeof(double);
} // namespace nnet
#endif

static uint64_t *map_file(const char *path, size_t words, bool output) {
    int file = open(path, output ? O_RDWR | O_CREAT | O_TRUNC : O_RDONLY, 0644);
    if (file < 0 || (output && ftruncate(file, words * 8) != 0)) {
        std::perror(path);
        std::exit(2);
    }
    void *memory = mmap(NULL, words * 8, output ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
        std::perror(path);
        std::exit(2);
    }
    close(file);
    return (uint64_t *)memory;
}

static size_t run_range(size_t first, size_t last, const std::vector<uint64_t *> &files) {
    const uint64_t *in[N_INPUTS];
    uint64_t *out[N_OUTPUTS];
    size_t left = 0;
    for (size_t event = first; event < last; event++) {
        for (unsigned i = 0; i < N_INPUTS; i++)
            in[i] = files[i] + event * INPUTS[i].elements * INPUTS[i].words;
        for (unsigned i = 0; i < N_OUTPUTS; i++)
            out[i] = files[N_INPUTS + i] + event * OUTPUTS[i].elements * OUTPUTS[i].words;
        left += run_event(in, out);
    }
    return left;
}

int main(int argc, char **argv) {
    if (argc != (int)(3 + N_INPUTS + N_OUTPUTS)) {
        std::fputs("usage: bulk EVENTS PROCESSES INPUT... OUTPUT...\n", stderr);
        return 2;
    }
    size_t events = std::strtoull(argv[1], NULL, 10);
    size_t processes = std::strtoull(argv[2], NULL, 10);
    std::vector<uint64_t *> files;
    for (unsigned i = 0; i < N_INPUTS + N_OUTPUTS; i++) {
        const Port &port = i < N_INPUTS ? INPUTS[i] : OUTPUTS[i - N_INPUTS];
        files.push_back(map_file(argv[3 + i], events * port.elements * port.words, i >= N_INPUTS));
    }
    std::vector<pid_t> children;
    for (size_t k = 1; k < processes; k++) {
        pid_t child = fork();
        if (child < 0) {
            std::perror("fork");
            return 2;
        }
        if (child == 0)
            _exit(run_range(events * k / processes, events * (k + 1) / processes, files) ? 3 : 0);
        children.push_back(child);
    }
    bool clean = run_range(0, events / (processes ? processes : 1), files) == 0;
    bool crashed = false;
    for (size_t k = 0; k < children.size(); k++) {
        int status = 0;
        waitpid(children[k], &status, 0);
        crashed |= !WIFEXITED(status);
        clean &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    return crashed ? 2 : clean ? 0 : 3;
}
