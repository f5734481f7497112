using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A task family that is an environment: it makes the problems and plays them. Recipes name it as they name any family
/// (<c>family.name</c>, <c>family.parts</c>, <c>family.assembly</c>). Its worked solutions are whole episodes
/// (<see cref="WorkedSolution.Turns"/>), of which only the model's turns are imitated.
/// </summary>
public abstract class EnvironmentFamily : ITaskFamily, IEnvironment
{
    /// <inheritdoc cref="IEnvironment.Name"/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract string Description { get; }

    /// <inheritdoc/>
    public abstract IReadOnlyList<DifficultyLevel> Levels { get; }

    /// <inheritdoc/>
    public abstract IReadOnlyList<string> Alphabet { get; }

    /// <inheritdoc/>
    public abstract CorpusMixture DefaultMixture { get; }

    /// <inheritdoc/>
    public abstract Problem Generate(Split split, int level, ulong seed, long index);

    /// <inheritdoc/>
    public abstract ValueTask<IEpisode> StartAsync(Problem problem, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random);

    /// <summary>Whether a last turn is the right one, where that can be said without the turns before it.</summary>
    public virtual Verdict Verify(Problem problem, string answer)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return Texts.VerifyExactly(answer, problem.Answer);
    }

    /// <summary>Turns are not steps of a thought: nobody checks those.</summary>
    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps) => [];

    /// <summary>Nothing follows from a thought alone.</summary>
    public string? Conclusion(Problem problem, IReadOnlyList<string> steps) => null;

    /// <summary>A worked solution played out: each line is said, and the replies are the environment's own.</summary>
    /// <param name="problem">Of the family.</param>
    /// <param name="writer">Whose it is.</param>
    /// <param name="said">The turns, one after the other.</param>
    protected WorkedSolution Play(Problem problem, Writer writer, IReadOnlyList<string> said)
    {
        ArgumentNullException.ThrowIfNull(said);
        var turns = new List<WorkedTurn>();
        var episode = Now(StartAsync(problem, CancellationToken.None));
        try
        {
            foreach (var line in said)
            {
                var reply = Now(episode.StepAsync(line, CancellationToken.None));
                turns.Add(new(line, reply.IsOver ? null : reply.Text));
                if (reply.IsOver) break;
            }
        }
        finally
        {
            var disposing = episode.DisposeAsync();
            if (!disposing.IsCompletedSuccessfully) disposing.AsTask().GetAwaiter().GetResult();
        }

        return new WorkedSolution(writer, [], turns.Count == 0 ? "" : turns[^1].Said) { Turns = turns };
    }

    private static T Now<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();
}
