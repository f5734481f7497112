using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>What a file of JSON Lines holds.</summary>
internal enum DataKind
{
    /// <summary>Told from the first line that can be read.</summary>
    Auto,

    /// <summary>Examples to imitate: <c>messages</c>, or <c>prompt</c> and <c>completion</c>.</summary>
    Examples,

    /// <summary>Problems: <c>prompt</c> and <c>answer</c>.</summary>
    Problems,
}

/// <summary>
/// A data file read through to its end: how many lines are good, what is wrong with the first bad ones, how long they are in
/// tokens, what stands there twice.
/// </summary>
internal sealed class DataCheck
{
    private const int MostErrors = 10, MostTrained = 20_000;

    private readonly List<UserError> _errors = [];
    private readonly List<(int Tokens, int Line)> _lengths = [];

    private readonly ProblemShape? _shape;

    private DataCheck(string file, DataKind kind, ControlTokens control, ProblemShape? shape) => (File, Kind, Control, _shape) = (file, kind, control, shape);

    public string File { get; }

    public DataKind Kind { get; }

    public int Good { get; private set; }

    public int Bad { get; private set; }

    /// <summary>Good lines that say what another one says.</summary>
    public int Repeated { get; private set; }

    /// <summary>Conversations among the examples, and turns of the assistant in them.</summary>
    public (int Conversations, int Turns) Chat { get; private set; }

    /// <summary>Turns of examples that are learned with a thought, and turns without one that close at once the thought that the model's template opens.</summary>
    public (int With, int ClosedAtOnce) Thoughts { get; private set; }

    /// <summary>Tokens that are learned, of all tokens of the examples.</summary>
    public long Targets { get; private set; }

    /// <summary>Problems of each level.</summary>
    public SortedDictionary<int, int> Levels { get; } = [];

    /// <summary>Problems that would be held out where no file of held-out ones is named.</summary>
    public int HeldOut { get; private set; }

    /// <summary>Problems whose reference is a worked solution, of which a run takes the marked answer; the first such answer, and its line.</summary>
    public (int Count, string Answer, int Line) TakenOut { get; private set; } = (0, "", 0);

    /// <summary>Bad lines that are so because the grader cannot read the reference.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Control tokens that stand in texts of good lines.</summary>
    public ControlTokens Control { get; }

    /// <summary>The first ones.</summary>
    public IReadOnlyList<UserError> Errors => _errors;

    /// <summary>Tokens of each good line, and the line.</summary>
    public IReadOnlyList<(int Tokens, int Line)> Lengths => _lengths;

    /// <param name="file">The file.</param>
    /// <param name="kind">What it holds.</param>
    /// <param name="grader">Of problems that name none; null where a verifier decides.</param>
    /// <param name="shape">Of problems: which column is which field.</param>
    /// <param name="model">Whose tokens are counted; null for a tokenizer trained on the file.</param>
    public static DataCheck Of(string file, DataKind kind, IAnswerGrader? grader, TextFormat? model, ProblemShape? shape = null)
    {
        if (kind == DataKind.Auto) kind = shape is null ? KindOf(file) : DataKind.Problems;
        var check = new DataCheck(file, kind, new ControlTokens(model?.Tokenizer), shape);
        var format = model ?? Trained(file, kind, shape);
        if (kind == DataKind.Examples) check.Examples(check.WithChat(format));
        else check.Problems(grader, new ProblemEncoder(format));
        if (check.Good + check.Bad == 0) throw new UserError("The file is empty.", file, advice: "Each line is a JSON object: {\"prompt\": ..., \"completion\": ...}, {\"messages\": [...]} or {\"prompt\": ..., \"answer\": ...}.");
        return check;
    }

    private static DataKind KindOf(string file)
    {
        foreach (var line in JsonLines.Read(file, _ => { }))
        {
            if (line.Root.ValueKind != System.Text.Json.JsonValueKind.Object) continue;
            var names = line.Root.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
            if (names.Contains("messages") && names.Contains("answer")) return DataKind.Problems;
            if (names.Contains("messages") || names.Contains("completion")) return DataKind.Examples;
            if (names.Contains("prompt")) return DataKind.Problems;
        }

        return DataKind.Examples;
    }

    private static TextFormat Trained(string file, DataKind kind, ProblemShape? shape)
    {
        var texts = kind == DataKind.Examples
            ? SupervisedFile.Read(file, _ => { }).Take(MostTrained).SelectMany(line => line.Texts)
            : ProblemFile.Read(file, null, _ => { }, shape).Take(MostTrained).Select(line => line.Prompt);
        return OwnTokenizer.TrainedOn(texts, new TokenizerRecipe().Vocabulary);
    }

    private TextFormat WithChat(TextFormat format) => format.ChatTemplate is null && SupervisedFile.Read(File, _ => { }).Any(line => line.Messages is not null) ? format with { ChatTemplate = PlainChat.Template } : format;

    private void Examples(TextFormat format)
    {
        var encoder = new SupervisedEncoder(format);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in SupervisedFile.Read(File, Add))
        {
            try
            {
                var encoded = encoder.Encode(line);
                _lengths.Add((encoded.Max(e => e.Tokens.Length), line.Line));
                Targets += encoded.Sum(e => (long)e.Targets);
            }
            catch (UserError error)
            {
                Add(error);
                continue;
            }

            Good++;
            Control.Look(line);
            if (!seen.Add(line.Key)) Repeated++;
            if (line.Messages is { } messages) Chat = (Chat.Conversations + 1, Chat.Turns + messages.EnumerateArray().Count(m => m.GetProperty("role").GetString() == "assistant"));
        }

        Thoughts = encoder.Thoughts;
    }

    private void Problems(IAnswerGrader? grader, ProblemEncoder encoder)
    {
        var seen = new Dictionary<string, ProblemLine>(StringComparer.Ordinal);
        foreach (var line in ProblemFile.Read(File, grader, Add, _shape))
        {
            // As training takes them: prompts that differ in case or spacing alone are two problems.
            var text = line.Prompt.Trim();
            if (seen.TryGetValue(text, out var first) && first.Answer != line.Answer)
            {
                Add(new UserError($"The same prompt has the answer \"{first.Answer}\" in line {first.Line}.", line.File, line.Line, field: OwnProblem.Answer, advice: "Keep the right one."));
                continue;
            }

            if (line.Unreadable is { } unreadable)
            {
                Unreadable++;
                Add(unreadable);
                continue;
            }

            try
            {
                _lengths.Add((encoder.Prompt(new Problem("", line.Level, Split.Train, 0, line.Prompt, line.Json, "", "")).Length, line.Line));
            }
            catch (UserError error)
            {
                var unknown = UnknownCharacter.Find(encoder.Tokenizer, line.Prompt) ?? error;
                Add(new UserError(unknown.Problem, line.File, line.Line, field: OwnProblem.Prompt, advice: unknown.Advice));
                continue;
            }

            Good++;
            Control.Look(line.Line, [(line.Prompt, false)]);
            if (!seen.TryAdd(text, line)) Repeated++;
            else if (ProblemSplit.Of(line.Canonical) == Split.Test) HeldOut++;
            Levels[line.Level] = Levels.GetValueOrDefault(line.Level) + 1;
            if (line.IsTakenOut) TakenOut = TakenOut.Count == 0 ? (1, line.Answer, line.Line) : TakenOut with { Count = TakenOut.Count + 1 };
        }
    }

    private void Add(UserError error)
    {
        Bad++;
        if (_errors.Count < MostErrors) _errors.Add(error);
    }
}
