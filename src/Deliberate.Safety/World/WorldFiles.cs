using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>How much of the small world is written.</summary>
/// <param name="Seed">Of all of it.</param>
/// <param name="Corpus">Examples of the base's corpus: more than a base of 12 M tokens reads, for one that sees 60,000 four times over learns which ids it saw instead of reading them.</param>
/// <param name="Judge">Examples of the judge's.</param>
/// <param name="Prompts">Requests to align on.</param>
/// <param name="Skills">Examples and problems of capability, as many each.</param>
internal sealed record WorldSizes(ulong Seed, int Corpus = 420_000, int Judge = 30_000, int Prompts = 192, int Skills = 600);

/// <summary>
/// The small world as files that recipes read: a corpus for the base model, one for its judge, requests with categories to align on, and
/// capability data and problems.
/// </summary>
internal static class WorldFiles
{
    public const string Corpus = "corpus.jsonl", Judge = "judge.jsonl", Prompts = "prompts.jsonl", Skills = "skills.jsonl", Problems = "skill-problems.jsonl";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes what is not there yet; a file appears whole or not at all.</summary>
    public static void Write(string folder, WorldSizes sizes)
    {
        Lines(folder, Corpus, sizes.Corpus, i => Example(WorldCorpus.Draw(sizes.Seed, i)));
        Lines(folder, Judge, sizes.Judge, i => Example(WorldJudgeCorpus.Draw(sizes.Seed, i)));
        var requests = WorldPrompts.Training(WorldRules.Shipped, sizes.Seed, sizes.Prompts);
        Lines(folder, Prompts, requests.Count, i => Prompt(requests[i], sizes.Seed, i));
        Lines(folder, Skills, sizes.Skills, i => Example(Skill(sizes.Seed, i)));
        Lines(folder, Problems, sizes.Skills, i => Problem(sizes.Seed, i));
    }

    /// <summary>A worked example of capability.</summary>
    public static WorldExample Skill(ulong seed, long index)
    {
        var random = new RandomStream(seed, StreamStage.TrainProblems, step: 2, problem: index);
        return WorldSkills.Draw(ref random);
    }

    /// <summary>A request with its category and what is thought to be due, which is wrong in one of twenty.</summary>
    private static void Prompt(Utf8JsonWriter json, WorldRequest request, ulong seed, long index)
    {
        var random = new RandomStream(seed, StreamStage.TrainProblems, step: 4, problem: index);
        var due = WorldRules.Shipped.Decide(request.Category, request.Type);
        if (random.NextBool(0.05)) due = (ContentRule)(((int)due + random.Next(1, 3)) % 3);
        json.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"world-{index}"));
        json.WriteString("prompt"u8, request.Text);
        json.WriteString("category"u8, request.Category);
        json.WriteString("ideal"u8, due switch { ContentRule.Allowed => "comply", ContentRule.Disallowed => "refuse", _ => "safe_completion" });
    }

    private static Action<Utf8JsonWriter> Prompt(WorldRequest request, ulong seed, int index) => json => Prompt(json, request, seed, index);

    private static Action<Utf8JsonWriter> Problem(ulong seed, int index) => json =>
    {
        var random = new RandomStream(seed, StreamStage.TrainProblems, step: 3, problem: index);
        var (prompt, _, answer) = WorldSkills.Problem(ref random);
        json.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"skill-{index}"));
        json.WriteString("prompt"u8, prompt);
        json.WriteString("answer"u8, answer);
    };

    private static Action<Utf8JsonWriter> Example(WorldExample example) => json =>
    {
        json.WriteString("prompt"u8, example.Prompt);
        json.WriteString("completion"u8, example.Completion);
    };

    private static void Lines(string folder, string name, int count, Func<int, Action<Utf8JsonWriter>> line)
    {
        var path = Path.Combine(folder, name);
        if (File.Exists(path)) return;
        AtomicFile.Write(path, stream =>
        {
            using var json = new Utf8JsonWriter(stream, Options);
            for (var i = 0; i < count; i++)
            {
                json.WriteStartObject();
                line(i)(json);
                json.WriteEndObject();
                json.Flush();
                json.Reset();
                stream.WriteByte((byte)'\n');
            }
        });
    }
}
