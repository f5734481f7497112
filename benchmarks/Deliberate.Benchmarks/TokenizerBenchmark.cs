using System.Diagnostics;
using System.Text;
using Deliberate.Models;

namespace Deliberate.Benchmarks;

/// <summary>Encoding and decoding of a text on one thread, MB of UTF-8 a second: medians, the vocabulary's cache warm as in any long run.</summary>
internal static class TokenizerBenchmark
{
    public static void Run(string model, string textFile, int repeats)
    {
        using var opened = PretrainedModel.Open(model);
        var tokenizer = opened.Text.Tokenizer;
        var text = File.ReadAllText(textFile);
        var megabytes = Encoding.UTF8.GetByteCount(text) / 1e6;
        var first = Stopwatch.StartNew();
        var ids = tokenizer.Encode(text);
        var cold = megabytes / first.Elapsed.TotalSeconds;
        var encode = Median(repeats, () => tokenizer.Encode(text));
        var decode = Median(repeats, () => tokenizer.Decode(ids, skipSpecial: false));
        Console.WriteLine($"tokenizer {opened.Name}: {megabytes:F2} MB, {ids.Length} tokens; encode {megabytes / encode:F1} MB/s (first time {cold:F1}), decode {megabytes / decode:F1} MB/s");
    }

    private static double Median(int repeats, Func<object> work)
    {
        var times = new double[repeats];
        for (var i = 0; i < repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(times);
        return times[repeats / 2];
    }
}
