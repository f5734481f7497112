namespace Deliberate.Evaluation;

/// <summary>A public data set: nothing of it is in this repository. Where it is from, under which licence, and its files.</summary>
/// <param name="Name">The folder that holds it below <c>--data</c> and in the cache.</param>
/// <param name="Title">For people.</param>
/// <param name="Licence">Its authors'.</param>
/// <param name="Home">Where its authors describe it.</param>
/// <param name="Files">All that tasks read.</param>
internal sealed record DataSet(string Name, string Title, string Licence, Uri Home, IReadOnlyList<DataFile> Files)
{
    /// <summary>As tasks and results name it.</summary>
    public TaskSource Source => new(Title, Licence, Home);

    public DataFile File(string name) => Files.First(f => f.Name == name);
}

/// <param name="Name">Within the set's folder.</param>
/// <param name="Address">Where it is fetched from: of one commit where the source has those. Null where only the user can have it, under terms of its own.</param>
internal sealed record DataFile(string Name, Uri? Address);

/// <summary>A file of data as a task read it.</summary>
/// <param name="File"><c>xstest/prompts.csv</c>.</param>
/// <param name="Sha256">Lower case.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record UsedData(string File, string Sha256, long Bytes);
