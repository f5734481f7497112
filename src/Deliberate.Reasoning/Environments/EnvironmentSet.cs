namespace Deliberate.Reasoning;

/// <summary>Which environment a problem is played in: one for all problems, or in a mix of families each its own, or none.</summary>
/// <param name="of">Of a problem; null where it is answered in one turn.</param>
/// <param name="owned">Ended with the set.</param>
internal sealed class EnvironmentSet(Func<Problem, IEnvironment?> of, IDisposable? owned = null) : IDisposable
{
    public IEnvironment? Of(Problem problem) => of(problem);

    /// <summary>Of a family; null where it has none in it.</summary>
    public static EnvironmentSet? In(ITaskFamily? family) => family switch
    {
        IEnvironment environment => new EnvironmentSet(_ => environment),
        MixedFamily mixed when mixed.Families.Any(part => part is IEnvironment) => new EnvironmentSet(problem => mixed.FamilyOf(problem) as IEnvironment),
        _ => null,
    };

    public void Dispose() => owned?.Dispose();
}
