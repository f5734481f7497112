using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Puzzles in a small file system (<see cref="PuzzleCommands"/>): read a number out of a file, follow names from file to file, look through
/// folders, put a file where it belongs. Commands are <c>ls, cat, cd, mv, put, rm</c>; <c>=7</c> is the answer, <c>done</c> says that the
/// files are as asked. The state says all: the same puzzle has the same files.
/// <code>cat a → b   cat b → 52   =52</code>
/// </summary>
internal sealed class FilesEnvironment : EnvironmentFamily
{
    /// <summary>Of a command that cannot be run.</summary>
    public const double Malformed = -0.05;

    private const string Names = "abcdefghij";

    public override string Name => "files";

    public override string Description => "Puzzles in a small virtual file system: read, follow, search, move.";

    public override IReadOnlyList<DifficultyLevel> Levels { get; } = [new(1, "read a file"), new(2, "follow names from file to file"), new(3, "search folders"), new(4, "move a file into the folder that another names")];

    public override IReadOnlyList<string> Alphabet { get; } = Texts.Alphabet([.. "abcdefghijklmnoprstuvwy".Select(c => c.ToString()), " ", "/", ".", "=", "?"]);

    public override CorpusMixture DefaultMixture { get; } = new(Careful: 0.3, SlipProne: 0.2, SystematicallyWrong: 0.2, GivesUpEarly: 0.3);

    public override Problem Generate(Split split, int level, ulong seed, long index) => ProblemSplit.Generate(split, level, seed, index, (ref RandomStream random) =>
    {
        var names = Names.ToCharArray();
        random.Shuffle(names.AsSpan());
        var number = random.Next(10, 100).ToString(CultureInfo.InvariantCulture);
        var other = random.Next(10, 100).ToString(CultureInfo.InvariantCulture);
        // "NAME TEXT" of each file and "NAME/" of each folder, then what is asked.
        var (files, prompt, answer) = level switch
        {
            1 => ($"{names[0]} {number};{names[1]} {other}", $"read {names[0]}?", number),
            2 => ($"{names[0]} {names[1]};{names[1]} {names[2]};{names[2]} {number};{names[3]} {other}", $"follow {names[0]}?", number),
            3 => ($"{names[0]}/;{names[1]}/;{(random.NextBool(0.5) ? names[0] : names[1])}/{names[2]} {number}", $"find {names[2]}?", number),
            _ => ($"{names[0]} {names[1]};{names[1]}/;{names[2]}/;{names[3]} {number}", $"move {names[3]} to {names[0]}?", $"/{names[1]}/{names[3]} {number}"),
        };
        return new Problem(Name, level, split, index, prompt, files, $"{files} {prompt}", answer);
    });

    public override ValueTask<IEpisode> StartAsync(Problem problem, CancellationToken cancellationToken) => new(new Shell(problem));

    public override WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random)
    {
        var asked = problem.Prompt.TrimEnd('?').Split(' ');
        List<string> said = [];
        var answer = problem.Level == 4 ? "done" : "=" + problem.Answer;
        if (problem.Level == 3)
        {
            // In which folder it is has to be looked up.
            var folders = problem.State.Split(';').Where(entry => entry.EndsWith('/')).Select(entry => entry.TrimEnd('/')).Order(StringComparer.Ordinal).ToArray();
            said.Add("ls");
            foreach (var folder in folders)
            {
                said.Add($"ls {folder}");
                if (!problem.State.Contains($"{folder}/{asked[1]} ", StringComparison.Ordinal)) continue;
                said.Add($"cat {folder}/{asked[1]}");
                break;
            }
        }
        else if (problem.Level == 4)
        {
            var folder = TextOf(problem, asked[3]);
            said.AddRange([$"cat {asked[3]}", $"mv {asked[1]} {folder}"]);
        }
        else
        {
            for (var name = asked[1]; ; name = TextOf(problem, name))
            {
                said.Add($"cat {name}");
                if (char.IsAsciiDigit(TextOf(problem, name)[0])) break;
            }
        }

        var guess = problem.Level == 4 ? "done" : FormattableString.Invariant($"={random.Next(10, 100)}");
        switch (writer)
        {
            case Writer.GivesUpEarly:
                return Play(problem, writer, [.. said.Take(random.Next(said.Count)), guess]);
            case Writer.SlipProne when random.NextBool(0.5):
                return Play(problem, writer, problem.Level == 4 ? [said[0], $"mv {asked[3]} {said[1].Split(' ')[2]}", answer] : [.. said, guess]);
            case Writer.SystematicallyWrong:
                // Takes the first file's text for the answer, or moves without looking.
                return Play(problem, writer, problem.Level == 4 ? [$"mv {asked[1]} {asked[3]}", answer] : [said[0], guess]);
            default:
                return Play(problem, writer, [.. said, answer]);
        }
    }

    private static string TextOf(Problem problem, string name) => problem.State.Split(';').First(entry => entry.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..];

    private sealed class Shell : IEpisode
    {
        private readonly VirtualFiles _files = new();
        private readonly PuzzleCommands _commands;
        private readonly Problem _problem;

        public Shell(Problem problem)
        {
            _problem = problem;
            _commands = new PuzzleCommands(_files);
            foreach (var entry in problem.State.Split(';'))
            {
                if (entry.EndsWith('/')) _files.MakeFolder("/" + entry.TrimEnd('/'));
                else _files.WriteText("/" + entry[..entry.IndexOf(' ', StringComparison.Ordinal)], entry[(entry.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            }
        }

        public ValueTask<EpisodeReply> StepAsync(string said, CancellationToken cancellationToken)
        {
            if (said.StartsWith('=') || said == "done") return new(IsSolved(said) ? EpisodeReply.Solved() : EpisodeReply.Failed(said == "done" ? "the files are not as asked" : "wrong answer"));
            return new(_commands.Run(said) is { } output ? EpisodeReply.Next(output) : EpisodeReply.Next("no", Malformed));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private bool IsSolved(string said)
        {
            if (_problem.Level < 4) return said.StartsWith('=') && said[1..].Trim() == _problem.Answer;
            var at = _problem.Answer.IndexOf(' ', StringComparison.Ordinal);
            return said == "done" && _files.Text(_problem.Answer[..at]) == _problem.Answer[(at + 1)..];
        }
    }
}
