// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_TEMPORARY_DIRECTORY_HPP
#define SOCKETLOCK_TEST_TEMPORARY_DIRECTORY_HPP

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>

#if defined(__SANITIZE_THREAD__)
#define SOCKETLOCK_TEST_TSAN
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SOCKETLOCK_TEST_TSAN
#endif
#endif

#ifdef SOCKETLOCK_TEST_TSAN
extern "C" void AnnotateIgnoreReadsBegin(const char* file, int line);
extern "C" void AnnotateIgnoreReadsEnd(const char* file, int line);
extern "C" void AnnotateIgnoreWritesBegin(const char* file, int line);
extern "C" void AnnotateIgnoreWritesEnd(const char* file, int line);
#endif

/// Has ThreadSanitizer look away from what libstdc++ does with directories: it sees only half of
/// that, the closing of their descriptors, and takes it for a race with another thread that has
/// closed a descriptor of the same number before.
class unseen_by_tsan
{
public:
    unseen_by_tsan()
    {
#ifdef SOCKETLOCK_TEST_TSAN
        AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
        AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
#endif
    }
    unseen_by_tsan(unseen_by_tsan&&) = delete;
    ~unseen_by_tsan()
    {
#ifdef SOCKETLOCK_TEST_TSAN
        AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
        AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
    }
};

/// A new directory, removed with all that is in it.
class temporary_directory
{
public:
    temporary_directory()
    {
        std::string pattern = std::filesystem::temp_directory_path() / "socketlock-test-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("mkdtemp failed");
        path_ = pattern;
    }
    temporary_directory(temporary_directory&&) = delete;

    ~temporary_directory()
    {
        const unseen_by_tsan scope;
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::string& path() const noexcept { return path_; }

    std::string operator/(const std::string& name) const { return path_ + '/' + name; }

    /// The names of what is in it.
    std::set<std::string> names() const
    {
        const unseen_by_tsan scope;
        std::set<std::string> result;
        for (const auto& entry : std::filesystem::directory_iterator(path_))
            result.insert(entry.path().filename());
        return result;
    }

private:
    std::string path_;
};

inline std::string contents_of(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::string& path, const std::string& contents)
{
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << contents;
    if (!file.flush())
        throw std::runtime_error("cannot write " + path);
}

#endif
