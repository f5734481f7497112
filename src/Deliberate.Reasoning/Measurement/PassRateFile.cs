using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// How often a model solved each problem, as JSON Lines that grow while it is measured: first what decided the numbers, then a line a
/// problem. Whoever is stopped goes on where it was; a line that was cut short is measured again.
/// </summary>
internal sealed class PassRateFile
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } };

    private readonly string _path;
    private readonly Dictionary<RatedProblem, PassRate> _known = [];

    private PassRateFile(string path) => _path = path;

    /// <summary>What was measured of the problem as it stands now; null where nothing was.</summary>
    public PassRate? Of(Problem problem) => _known.GetValueOrDefault(RatedProblem.Of(problem));

    /// <summary>Opens or begins a file.</summary>
    /// <exception cref="UserError">It was measured otherwise.</exception>
    public static PassRateFile Open(string path, PassRateConditions conditions)
    {
        var file = new PassRateFile(path);
        if (!File.Exists(path))
        {
            AtomicFile.WriteText(path, JsonSerializer.Serialize(conditions, s_json) + "\n");
            return file;
        }

        var lines = File.ReadAllText(path).Split('\n');
        PassRateConditions? there;
        try
        {
            there = JsonSerializer.Deserialize<PassRateConditions>(lines[0], s_json);
        }
        catch (JsonException error)
        {
            throw new UserError("the file does not hold pass rates.", path, 1, advice: "Delete it, or name another output.", inner: error);
        }

        if (there is { FormatVersion: < PassRateConditions.NewestFormat }) throw new UserError("the pass rates were measured by an earlier version, which did not say of which answers.", path, 1, advice: "Delete the file, or name another output.");
        if (there != conditions) throw new UserError("the pass rates were measured with another model or in another way.", path, 1, advice: "Measure in the same way, delete the file, or name another output.");
        // The last line ends without a break where writing it was cut short.
        foreach (var line in lines[1..^1])
            if (Read(line) is { Problem: not null } rate) file._known[rate.Problem] = rate;
        if (lines[^1].Length > 0) AtomicFile.WriteText(path, string.Concat(lines[..^1].Select(l => l + "\n")));
        return file;
    }

    public void Append(IEnumerable<PassRate> rates)
    {
        var text = new StringBuilder();
        foreach (var rate in rates)
        {
            _known[rate.Problem] = rate;
            text.Append(JsonSerializer.Serialize(rate, s_json)).Append('\n');
        }

        try
        {
            File.AppendAllText(_path, text.ToString());
        }
        catch (Exception problem) when (Disk.IsRefusal(problem))
        {
            throw Disk.CannotWrite(_path, "What is there is whole; free some space, then try again.", problem);
        }
    }

    private static PassRate? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<PassRate>(line, s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a rate is of. A problem whose answer was corrected since is another: what counted as right was something else.</summary>
/// <param name="Prompt">But for spaces and case.</param>
/// <param name="Answer">The reference.</param>
/// <param name="Grader">That the line asks for; null for that of the conditions.</param>
/// <param name="Lists">How the line says that its reference's list is meant; null where it does not.</param>
internal sealed record RatedProblem(string Prompt, string Answer, string? Grader, AnswerLists? Lists)
{
    public static RatedProblem Of(Problem problem) => new(problem.Canonical, problem.Answer, OwnProblem.GraderOf(problem), OwnProblem.ListsOf(problem));
}

/// <summary>Of how many samples of a problem how many were right; those that nobody could judge are not among them.</summary>
internal sealed record PassRate(RatedProblem Problem, int Right, int Samples)
{
    /// <summary>The unbiased estimate of pass@k; null where there are fewer than k samples.</summary>
    public double? PassAt(int k) => Samples < k ? null : PassAtK.Of(Samples, Right, k);
}

/// <summary>What pass rates depend on.</summary>
/// <param name="Model">Its identity.</param>
/// <param name="Grader">Of lines that name none.</param>
/// <param name="AnswerFormat">Where the answer was looked for.</param>
internal sealed record PassRateConditions(string Model, string Grader, AnswerFormat AnswerFormat, int Samples, double Temperature, int MaxTokens, ulong Seed)
{
    public const int NewestFormat = 2;

    public int FormatVersion { get; init; } = NewestFormat;
}
