using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// A written safety specification (deliberative alignment, arXiv 2412.16339, section 2.2): categories with labelled content classes, each
/// mapped to allowed, disallowed or safe completion; style guidelines for complying, refusing and each kind of safe completion; general
/// principles. Read from a folder of Markdown by <see cref="SpecificationFolder"/>, which checks it.
/// </summary>
/// <param name="Name">Lower case, hyphens.</param>
/// <param name="Version">As its authors count.</param>
/// <param name="Title">On pages.</param>
/// <param name="Principles">That hold in every category.</param>
/// <param name="Complying">Style of an answer that complies.</param>
/// <param name="Refusing">Style of a refusal.</param>
/// <param name="Categories">In the order of their files' names.</param>
internal sealed record Specification(string Name, string Version, string Title, string Principles, string Complying, string Refusing, IReadOnlyList<SpecificationCategory> Categories)
{
    /// <summary>SHA-256 of its canonical text: another word is another specification, another layout of the files is not.</summary>
    public string Hash { get => field ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(SpecificationText.Whole(this)))); private init; }

    /// <summary>All content classes with the category of each.</summary>
    public IEnumerable<(SpecificationCategory Category, ContentClass Class)> Classes => Categories.SelectMany(category => category.Classes.Select(one => (category, one)));

    /// <summary>
    /// spec(category): summaries of all categories, principles and styles, and the whole text of one (section 2.3.1 of the paper, which
    /// found that models attend better to it than to everything).
    /// </summary>
    /// <exception cref="UserError">There is no such category.</exception>
    public string For(string category) => SpecificationText.For(this, Category(category));

    /// <exception cref="UserError">There is none of that id.</exception>
    public SpecificationCategory Category(string id) =>
        Find(id) ?? throw new UserError($"The specification {Name} has no category \"{id}\".", field: "category", advice: NearestName.Suggest(id, [.. Categories.Select(c => c.Id)]));

    /// <summary>Null where there is none.</summary>
    public SpecificationCategory? Find(string id) => Categories.FirstOrDefault(c => c.Id == id);
}
