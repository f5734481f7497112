using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A program whose settings are known. To know another: a list like its neighbours', and its line in <see cref="All"/>.</summary>
/// <param name="Name">As messages call it.</param>
/// <param name="Keys">Every setting that is known.</param>
internal sealed record ForeignProgram(string Name, IReadOnlyList<ForeignKey> Keys)
{
    public static IReadOnlyList<ForeignProgram> All { get; } = [TrlKeys.Program, VerlKeys.Program];

    public ForeignKey? Find(string name) => Keys.FirstOrDefault(key => key.Name == name);
}

/// <summary>What keys of other programs are in a recipe of ours.</summary>
internal sealed class RecipeForeignKeysAttribute : ForeignKeysAttribute
{
    public override string? Meaning(string path) =>
        ForeignProgram.All.Select(program => program.Find(path)?.Meaning(program.Name)).FirstOrDefault(meaning => meaning is not null);
}
