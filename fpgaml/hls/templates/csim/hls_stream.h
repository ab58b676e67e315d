// A first-in first-out queue with the interface of hls::stream, for C-simulation with g++.
// It takes the place of the vendor's simulation model, which allocates and names every stream anew for
// every event. Synthesis never sees this file: it lies on g++'s include path alone.
#ifndef X_HLS_STREAM_SIM_H
#define X_HLS_STREAM_SIM_H

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace hls {

template <typename T, int DEPTH = 0> class stream {
  public:
    stream() : head_(0) {}
    explicit stream(const char *) : head_(0) {}
    explicit stream(const std::string &) : head_(0) {}

    bool empty() const { return head_ == items_.size(); }
    bool full() const { return false; }
    size_t size() const { return items_.size() - head_; }

    T read() {
        if (empty()) {
            // The vendor's model only warns and returns rubbish.
            std::fputs("a stream was read while empty\n", stderr);
            std::abort();
        }
        T value = items_[head_];
        if (++head_ == items_.size()) {
            items_.clear();
            head_ = 0;
        }
        return value;
    }
    void read(T &value) { value = read(); }
    bool read_nb(T &value) {
        if (empty())
            return false;
        value = read();
        return true;
    }
    void write(const T &value) { items_.push_back(value); }
    bool write_nb(const T &value) {
        write(value);
        return true;
    }
    void operator>>(T &value) { value = read(); }
    void operator<<(const T &value) { write(value); }

  private:
    stream(const stream &);
    stream &operator=(const stream &);
    std::vector<T> items_;
    size_t head_;
};

} // namespace hls

#endif
