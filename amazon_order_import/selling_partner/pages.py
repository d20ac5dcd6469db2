"""Lists that Amazon gives page by page."""

from .records import Fields

PAGE_SIZE = 100


def read_pages(get_page, query, name, read):
    """Yield what is in Amazon's pages, each a call of ``get_page``.

    :param name: of the list in an answer
    :param read: makes a record of the answer and an item of the list
    """
    seen = set()
    while query:
        answer = get_page(**query)
        page = Fields(answer, answer.object(), "answer")
        for item in page.list(name):
            yield read(answer, item)
        token = page.optional("nextToken")
        if token in seen:
            raise answer.error("names the page it is itself as the next one")
        seen.add(token)
        # Amazon refuses any other parameter beside the token.
        query = {"nextToken": token} if token else None
