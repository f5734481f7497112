namespace Deliberate.Reasoning;

/// <summary>
/// A way to spend tokens on a problem at test time. What it wants to look at it asks for in rounds; between two rounds the wishes of all
/// problems are carried out together (<see cref="SearchRunner"/>). A method holds no state of its own: all of it is in the tree.
/// <see cref="SearchMethods"/> lists them by name.
/// </summary>
internal interface ISearchMethod
{
    string Name { get; }

    /// <summary>Its settings, as a table writes them.</summary>
    string Settings { get; }

    /// <summary>Whether it asks what steps are worth; a majority does not.</summary>
    bool NeedsScores { get; }

    /// <summary>The rounds. May be left before its end, where the tokens are used up.</summary>
    IEnumerable<IReadOnlyList<Expansion>> Explore(SearchTree tree);

    /// <summary>Chooses among what was finished.</summary>
    void Select(SearchTree tree);
}
