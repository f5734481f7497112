using System.Globalization;
using System.Text;

namespace Deliberate.Reasoning;

/// <summary>What a harness wrote while it tested a program, a line an event behind its word: <c>begun</c>, <c>passed 0</c>, <c>failed 1 why</c>, <c>broken why</c>, <c>done</c>.</summary>
internal static class TestTranscript
{
    /// <summary>Further scores: the share of tests that passed.</summary>
    public const string Share = "tests";

    /// <summary>The verdict on a program that has no tests to run, since it does not compile.</summary>
    public static Verdict Broken(string why) => Verdict.Fail(why) with { Scores = [new Score(Share, 0)] };

    /// <param name="result">How the harness ended and what it wrote.</param>
    /// <param name="word">What it began its lines with.</param>
    /// <param name="failed">Of each test why it has failed before anything ran; null for those that ran.</param>
    public static Verdict Read(SandboxResult result, string word, IReadOnlyList<string?> failed)
    {
        var tests = failed.Count;
        var (passed, isDone, isBegun) = (new bool[tests], false, false);
        string? first = null;
        foreach (var line in Encoding.UTF8.GetString(result.Output).Split('\n'))
        {
            var parts = line.Split(' ', 4);
            if (parts.Length < 2 || parts[0] != word) continue;
            switch (parts[1])
            {
                case "begun":
                    isBegun = true;
                    break;
                case "done":
                    isDone = true;
                    break;
                case "broken":
                    first ??= string.Join(' ', parts[2..]);
                    break;
                case "passed" when At(parts) is { } at:
                    passed[at] = true;
                    break;
                case "failed" when At(parts) is { } at:
                    first ??= Told(at, parts.Length > 3 ? parts[3] : "failed");
                    break;
            }
        }

        var right = passed.Count(p => p);
        Score[] scores = [new(Share, tests == 0 ? 0 : (double)right / tests)];
        if (isDone && right == tests) return Verdict.Pass() with { Scores = scores };
        // The harness is the first thing that runs: where not even it got anywhere, and nothing was stopped, the machine is at fault.
        if (!isBegun && first is null && result.Stopped is null && result.ExitCode != 0) return Verdict.HarnessError($"the interpreter ended with code {result.ExitCode}: {result.Error.Trim().Split('\n')[^1]}");
        first ??= failed.Index().Where(test => test.Item is not null).Select(test => Told(test.Index, test.Item!)).FirstOrDefault();
        var reason = result.Stopped ?? first ?? (isDone ? "a test failed" : "it ended before its tests did");
        return Verdict.Fail(right > 0 ? string.Create(CultureInfo.InvariantCulture, $"{right} of {tests} tests; {reason}") : reason) with { Scores = scores };

        static string Told(int at, string why) => string.Create(CultureInfo.InvariantCulture, $"test {at + 1}: {why}");

        int? At(string[] parts) => parts.Length > 2 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < tests ? at : null;
    }
}
